"""Confirming an e-mail address, and changing or recovering a password."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password

from accounts import emails
from accounts.domain import (
    Device,
    EmailTaken,
    InvalidCredentials,
    LinkInvalid,
    UserNotFound,
    WeakPassword,
    normalize_password,
)
from accounts.models import EmailChange, TotpDevice, User
from accounts.personal_data import Guest
from accounts.services.confirmation import REAUTHENTICATE_ERRORS, reauthenticate
from accounts.services.guests import join_guest_records
from accounts.services.lockout import reset_failures
from accounts.services.mfa import forget_mfa
from accounts.services.sessions import create_session, revoke_sessions
from accounts.services.users import lock_user, require_strong_password
from accounts.tokens.signed_links import Purpose, SignedLink, read_link_token
from core.db.transactions import transaction_required, use_case
from core.email_address import normalize_email


@use_case
def verify_email(*, token: str, now: datetime) -> None:
    """Record that the owner reads this address. Raises `LinkInvalid`."""
    prove_address(_lock_user_of(read_link_token(token, Purpose.VERIFY_EMAIL)), now)


@use_case
def request_verification(*, user_id: UUID) -> None:
    """Mail the verification link again, unless the address is verified."""
    emails.send_verification.defer(user_id=str(user_id))


@use_case
def forgot_password(*, email: str) -> None:
    """Mail a link that sets a new password, if there is such an account.

    The same statements run if there is none, so that the time taken tells nothing.
    """
    user_id = User.objects.filter(email=normalize_email(email)).values_list("pk", flat=True).first()
    emails.send_password_reset.defer(user_id=str(user_id) if user_id else None)


RESET_PASSWORD_ERRORS = (LinkInvalid, WeakPassword)


def reset_password(*, token: str, password: str, device: Device, now: datetime) -> None:
    """Set a password by a mailed link, and log out everywhere.

    Someone who could read the link owns the account, so other people's failed attempts no longer
    delay a login from `device`. Raises `RESET_PASSWORD_ERRORS`.
    """
    link = read_link_token(token, Purpose.RESET_PASSWORD)
    unlocked = User.objects.filter(pk=link.subject_id, is_active=True).first()
    if unlocked is None or not link.matches(unlocked):
        raise LinkInvalid
    require_strong_password(password, unlocked)
    password_hash = make_password(normalize_password(password))

    @use_case
    def reset() -> None:
        user = _lock_user_of(link)
        if user.email_verified_at is None:
            # Another person may have saved them: nothing is sent there unless it is chosen.
            user.addresses.update(default_shipping=False, default_billing=False)
            prove_address(user, now)
        # It makes the IP address a known one for the lockout, and is revoked right below.
        create_session(user, device=device, now=now)
        _set_password(user, password_hash, now)
        reset_failures(account=user.email, address=device.ip_address or "")

    reset()


CHANGE_PASSWORD_ERRORS = (*REAUTHENTICATE_ERRORS, WeakPassword)


def change_password(*, user_id: UUID, current_password: str, password: str, now: datetime) -> None:
    """Set a password by the current one, and log out everywhere, here included.

    Raises `CHANGE_PASSWORD_ERRORS`.
    """
    checked = reauthenticate(user_id=user_id, password=current_password, now=now)
    require_strong_password(password, checked)
    new_hash = make_password(normalize_password(password))

    @use_case
    def change() -> None:
        users = User.objects.select_for_update(no_key=True)
        user = users.filter(pk=user_id, password=checked.password).first()
        if user is None:
            raise InvalidCredentials
        _set_password(user, new_hash, now)

    change()


def set_password(*, user_id: UUID, password: str | None, now: datetime) -> None:
    """Set someone else's password and log them out everywhere.

    With None no password lets them in. Raises `UserNotFound`.
    """
    new_hash = make_password(password and normalize_password(password))

    @use_case
    def replace() -> None:
        user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        if user is None:
            raise UserNotFound
        _set_password(user, new_hash, now)

    replace()


def change_email(*, user_id: UUID, new_email: str, password: str, now: datetime) -> None:
    """Mail a link to the old and to the new address; the change happens once both were used.

    A taken address looks the same until its owner confirms it. Raises
    `REAUTHENTICATE_ERRORS`.
    """
    reauthenticate(user_id=user_id, password=password, now=now)

    @use_case
    def start() -> None:
        lock_user(user_id=user_id)
        EmailChange.objects.filter(user_id=user_id).delete()
        change = EmailChange.objects.create(
            user_id=user_id, new_email=normalize_email(new_email), created_at=now
        )
        emails.send_email_change.defer(change_id=str(change.pk))

    start()


CONFIRM_EMAIL_CHANGE_ERRORS = (LinkInvalid, EmailTaken)


@use_case
def confirm_email_change(*, token: str, now: datetime) -> bool:
    """Confirm one of the two addresses, and return whether the change is complete.

    Raises `CONFIRM_EMAIL_CHANGE_ERRORS`: the link is invalid also when the account was closed.
    """
    link = read_link_token(token, Purpose.LEAVE_OLD_EMAIL, Purpose.TAKE_NEW_EMAIL)
    # The account is locked first, as erasing it does.
    users = User.objects.select_for_update(no_key=True, of=("self",))
    user = users.filter(email_change=link.subject_id, is_active=True).first()
    changes = EmailChange.objects.select_for_update(no_key=True)
    change = changes.filter(pk=link.subject_id, user=user).first() if user else None
    if change is None or not link.matches(change):
        raise LinkInvalid
    if link.purpose is Purpose.LEAVE_OLD_EMAIL:
        change.left_old_at = now
    else:
        change.took_new_at = now
    if not (change.left_old_at and change.took_new_at):
        change.save(update_fields=["left_old_at", "took_new_at"])
        return False
    User.objects.filter(pk=change.user_id).update(email=change.new_email, email_verified_at=now)
    change.delete()
    join_guest_records(user_id=change.user_id, guest=Guest(email=change.new_email))
    return True


@transaction_required
def unverify_email(*, user_id: UUID, now: datetime) -> None:
    """Treat an address as unverified because someone other than its owner has set it.

    A pending change of address is dropped and every session ends, because the account may
    have gone to someone else.
    """
    User.objects.filter(pk=user_id).update(email_verified_at=None)
    EmailChange.objects.filter(user_id=user_id).delete()
    revoke_sessions(user_id=user_id, now=now)


@transaction_required
def _lock_user_of(link: SignedLink) -> User:
    users = User.objects.select_for_update(no_key=True)
    user = users.filter(pk=link.subject_id, is_active=True).first()
    if user is None or not link.matches(user):
        raise LinkInvalid
    return user


@transaction_required
def prove_address(user: User, now: datetime) -> None:
    """Record the first proof that the owner of a locked account reads its address.

    What another person could have prepared for an address that is not theirs ends: a second
    factor, with its sessions, and a change of address. Staff keep the factor, since theirs guards
    more than a mailbox does, and an admin can turn it off. Orders of guests join the account.
    """
    user.email_verified_at = now
    user.save(update_fields=["email_verified_at"])
    EmailChange.objects.filter(user=user).delete()
    if not user.is_staff:
        forget_mfa(user_id=user.pk, now=now)
    join_guest_records(user_id=user.pk, guest=Guest(email=user.email))


@transaction_required
def _set_password(user: User, password_hash: str, now: datetime) -> None:
    user.password = password_hash
    user.save(update_fields=["password"])
    # An access token is good for some minutes more; it must not confirm what the former password
    # has begun, and lock the owner out.
    TotpDevice.objects.filter(pk=user.pk, confirmed_at=None).delete()
    revoke_sessions(user_id=user.pk, now=now)
    emails.send_password_changed.defer(user_id=str(user.pk))
