"""Proving an address, and getting back in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password

from accounts import emails
from accounts.domain import (
    Device,
    EmailTaken,
    InvalidCredentials,
    ProofInvalid,
    UserNotFound,
    WeakPassword,
    normalize_email,
    normalize_password,
)
from accounts.models import EmailChange, User
from accounts.services.lockout import confirmation_attempt, forgive, guarded
from accounts.services.sessions import note_session, revoke_sessions
from accounts.services.users import lock_user, require_strong_password
from accounts.tokens.signed_links import Proof, Purpose, read_proof
from core.db.transactions import transaction_required, use_case


@use_case
def verify_email(*, token: str, now: datetime) -> None:
    """Notes that the owner reads this address. Raises `ProofInvalid`."""
    user = _proved_user(read_proof(token, Purpose.VERIFY_EMAIL))
    user.email_verified_at = now
    user.save(update_fields=["email_verified_at"])


@use_case
def request_verification(*, user_id: UUID) -> None:
    """Mails the verifying link again, unless the address is verified."""
    emails.send_verification.defer(user_id=str(user_id))


@use_case
def forgot_password(*, email: str) -> None:
    """Mails a link that sets a new password, if there is such an account.

    The same statements run if there is none, so that time tells nothing.
    """
    user_id = User.objects.filter(email=normalize_email(email)).values_list("pk", flat=True).first()
    emails.send_password_reset.defer(user_id=str(user_id) if user_id else None)


RESET_PASSWORD_ERRORS = (ProofInvalid, WeakPassword)


def reset_password(*, token: str, password: str, device: Device, now: datetime) -> None:
    """Sets a password by a mailed link, and logs out everywhere.

    Whoever could read the link is the owner, so wrong guesses of others keep them no longer
    from logging in where they are. Raises `RESET_PASSWORD_ERRORS`.
    """
    proof = read_proof(token, Purpose.RESET_PASSWORD)
    user = User.objects.filter(pk=proof.subject_id, is_active=True).first()
    if user is None or not proof.fits(user):
        raise ProofInvalid
    require_strong_password(password, user)
    password_hash = make_password(normalize_password(password))
    _reset(proof=proof, password_hash=password_hash, device=device, now=now)


@use_case
def _reset(*, proof: Proof, password_hash: str, device: Device, now: datetime) -> None:
    user = _proved_user(proof)
    user.email_verified_at = user.email_verified_at or now  # Who could read the link owns it.
    note_session(user, device=device, now=now)  # It makes the address known, and ends below.
    _set_password(user, password_hash, now)
    forgive(account=user.email, address=device.ip_address or "")


CHANGE_PASSWORD_ERRORS = (InvalidCredentials, WeakPassword)


def change_password(*, user_id: UUID, current_password: str, password: str, now: datetime) -> None:
    """Sets a password by the old one, and logs out everywhere, here included.

    Raises `CHANGE_PASSWORD_ERRORS`.
    """
    user = reauthenticate(user_id=user_id, password=current_password, now=now)
    require_strong_password(password, user)
    _change(
        user_id=user_id,
        old_hash=user.password,
        new_hash=make_password(normalize_password(password)),
        now=now,
    )


@use_case
def _change(*, user_id: UUID, old_hash: str, new_hash: str, now: datetime) -> None:
    unchanged = User.objects.select_for_update(no_key=True).filter(pk=user_id, password=old_hash)
    user = unchanged.first()
    if user is None:
        raise InvalidCredentials
    _set_password(user, new_hash, now)


def set_password(*, user_id: UUID, password: str | None, now: datetime) -> None:
    """Sets somebody else's password and logs them out everywhere; None lets no password in.

    Raises `UserNotFound`.
    """
    new_hash = make_password(password and normalize_password(password))
    _replace(user_id=user_id, new_hash=new_hash, now=now)


@use_case
def _replace(*, user_id: UUID, new_hash: str, now: datetime) -> None:
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if user is None:
        raise UserNotFound
    _set_password(user, new_hash, now)


def change_email(*, user_id: UUID, new_email: str, password: str, now: datetime) -> None:
    """Mails a link to the old and to the new address; the change happens once both were used.

    A taken address looks the same until its owner confirms it. Raises `InvalidCredentials`.
    """
    reauthenticate(user_id=user_id, password=password, now=now)
    _start_email_change(user_id=user_id, new_email=normalize_email(new_email), now=now)


@use_case
def _start_email_change(*, user_id: UUID, new_email: str, now: datetime) -> None:
    lock_user(user_id=user_id)
    EmailChange.objects.filter(user_id=user_id).delete()
    change = EmailChange.objects.create(user_id=user_id, new_email=new_email, created_at=now)
    emails.send_email_change.defer(change_id=str(change.pk))


CONFIRM_EMAIL_CHANGE_ERRORS = (ProofInvalid, EmailTaken)


@use_case
def confirm_email_change(*, token: str, now: datetime) -> bool:
    """Confirms one of the two addresses; returns whether the change is complete.

    Raises `CONFIRM_EMAIL_CHANGE_ERRORS`; `ProofInvalid` also when the account was closed.
    """
    proof = read_proof(token, Purpose.LEAVE_OLD_EMAIL, Purpose.TAKE_NEW_EMAIL)
    change = _proved_change(proof)
    if proof.purpose is Purpose.LEAVE_OLD_EMAIL:
        change.left_old_at = now
    else:
        change.took_new_at = now
    if not (change.left_old_at and change.took_new_at):
        change.save(update_fields=["left_old_at", "took_new_at"])
        return False
    User.objects.filter(pk=change.user_id).update(email=change.new_email, email_verified_at=now)
    change.delete()
    return True


@transaction_required
def distrust_email(*, user_id: UUID, now: datetime) -> None:
    """Distrust an address that was set by somebody who may not read it.

    It proves nothing until its owner verifies it, a change that was under way is off, and
    every session ends, because the account may have gone to somebody else.
    """
    User.objects.filter(pk=user_id).update(email_verified_at=None)
    EmailChange.objects.filter(user_id=user_id).delete()
    revoke_sessions(user_id=user_id, now=now)


def reauthenticate(*, user_id: UUID, password: str, now: datetime) -> User:
    """An active user who has just shown the password.

    Raises `InvalidCredentials`, and `TooManyAttempts` as logging in does.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise UserNotFound
    with guarded(confirmation_attempt(user_id=user_id), now=now):
        if not user.check_password(password):
            raise InvalidCredentials("The password is wrong.")
    return user


def _proved_change(proof: Proof) -> EmailChange:
    """Locks its account too, and first, as erasing does."""
    users = User.objects.select_for_update(no_key=True, of=("self",))
    user = users.filter(email_change=proof.subject_id, is_active=True).first()
    changes = EmailChange.objects.select_for_update(no_key=True)
    change = changes.filter(pk=proof.subject_id, user=user).first() if user else None
    if change is None or not proof.fits(change):
        raise ProofInvalid
    return change


def _proved_user(proof: Proof) -> User:
    users = User.objects.select_for_update(no_key=True)
    user = users.filter(pk=proof.subject_id, is_active=True).first()
    if user is None or not proof.fits(user):
        raise ProofInvalid
    return user


def _set_password(user: User, password_hash: str, now: datetime) -> None:
    user.password = password_hash
    user.save(update_fields=["password", "email_verified_at"])
    revoke_sessions(user_id=user.pk, now=now)
    emails.send_password_changed.defer(user_id=str(user.pk))
