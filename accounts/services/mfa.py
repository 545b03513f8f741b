"""The second factor: an authenticator app, and recovery codes for when it is lost."""

from __future__ import annotations

import secrets
from base64 import b32encode
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts import emails
from accounts.domain import (
    Enrolment,
    InvalidCredentials,
    MfaAlreadyOn,
    MfaNotStarted,
)
from accounts.models import RecoveryCode, TotpDevice
from accounts.selectors import second_factor_of
from accounts.services.lockout import code_attempt, guarded
from accounts.services.recovery import reauthenticate
from accounts.services.second_factor import SECRETS_KEY, use_code, use_second_factor
from accounts.services.sessions import revoke_sessions
from accounts.services.totp import new_totp_secret, provisioning_url
from accounts.services.users import lock_user
from core.db.transactions import use_case
from core.encryption import seal, unseal
from core.ids import hash_secret

RECOVERY_CODES = 10


START_MFA_ERRORS = (MfaAlreadyOn, InvalidCredentials)


def start_mfa(*, user_id: UUID, password: str, now: datetime) -> Enrolment:
    """A secret for an authenticator app; it counts once a code of it was shown.

    It takes the password, so that who has stolen a token cannot keep its owner out for good.
    Raises `START_MFA_ERRORS` and `TooManyAttempts`.
    """
    user = reauthenticate(user_id=user_id, password=password, now=now)
    return _start(user_id=user_id, email=user.email, now=now)


@use_case
def _start(*, user_id: UUID, email: str, now: datetime) -> Enrolment:
    lock_user(user_id=user_id)
    if TotpDevice.objects.filter(pk=user_id).exclude(confirmed_at=None).exists():
        raise MfaAlreadyOn
    secret = new_totp_secret()
    sealed = seal(secret, key=SECRETS_KEY, bound_to=str(user_id))
    TotpDevice.objects.update_or_create(
        pk=user_id, defaults={"secret": sealed, "created_at": now, "confirmed_at": None}
    )
    return _enrolment(secret, email)


def started_mfa(*, user_id: UUID, started_at: datetime) -> Enrolment | None:
    """What `start_mfa` answered at `started_at`, again.

    None when it was confirmed or started anew since, so that whoever shows it shows no
    secret that somebody else has asked for.
    """
    pending = TotpDevice.objects.filter(pk=user_id, confirmed_at=None, created_at=started_at)
    device = pending.select_related("user").first()
    if device is None:
        return None
    secret = unseal(bytes(device.secret), key=SECRETS_KEY, bound_to=str(user_id))
    return _enrolment(secret, device.user.email) if secret else None


def _enrolment(secret: bytes, email: str) -> Enrolment:
    url = provisioning_url(secret, account=email, issuer=settings.SHOP_NAME)
    return Enrolment(b32encode(secret).decode().rstrip("="), url)


CONFIRM_MFA_ERRORS = (MfaNotStarted, MfaAlreadyOn, InvalidCredentials)


def confirm_mfa(*, user_id: UUID, code: str, now: datetime) -> list[str]:
    """Turns the second factor on and returns the recovery codes, for the only time.

    Every session ends, because none has shown the second factor. Raises
    `CONFIRM_MFA_ERRORS`.
    """
    with guarded(code_attempt(user_id=user_id), now=now):
        return _confirm(user_id=user_id, code=code, now=now)


@use_case
def _confirm(*, user_id: UUID, code: str, now: datetime) -> list[str]:
    lock_user(user_id=user_id)  # A login that found no factor has opened its session, or waits.
    device = TotpDevice.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if device is None:
        raise MfaNotStarted
    if device.confirmed_at is not None:
        raise MfaAlreadyOn
    use_code(device, code, now)
    device.confirmed_at = now
    device.save(update_fields=["confirmed_at"])
    revoke_sessions(user_id=user_id, now=now)
    emails.send_second_factor_on.defer(user_id=str(user_id))
    return _new_recovery_codes(user_id)


STOP_MFA_ERRORS = (MfaNotStarted, InvalidCredentials)


def stop_mfa(*, user_id: UUID, password: str, code: str, now: datetime) -> None:
    """Turns the second factor off, by password and code. Raises `STOP_MFA_ERRORS`."""
    reauthenticate(user_id=user_id, password=password, now=now)
    with guarded(code_attempt(user_id=user_id), now=now):
        _stop(user_id=user_id, code=code, now=now)


@use_case
def _stop(*, user_id: UUID, code: str, now: datetime) -> None:
    lock_user(user_id=user_id)
    if use_second_factor(user_id=user_id, code=code, now=now) is None:
        raise MfaNotStarted
    _turn_off(user_id, now)


@use_case
def reset_mfa(*, user_id: UUID, now: datetime) -> None:
    """Turns off the second factor of somebody who has lost the app and the codes.

    Every session of theirs ends, and they are told. Raises `MfaNotStarted`.
    """
    lock_user(user_id=user_id)
    if second_factor_of(user_id) is None:
        raise MfaNotStarted("This account has no second factor.")
    _turn_off(user_id, now)


def _turn_off(user_id: UUID, now: datetime) -> None:
    TotpDevice.objects.filter(pk=user_id).delete()
    RecoveryCode.objects.filter(user_id=user_id).delete()
    revoke_sessions(user_id=user_id, now=now)
    emails.send_second_factor_off.defer(user_id=str(user_id))


def renew_recovery_codes(*, user_id: UUID, code: str, now: datetime) -> list[str]:
    """Returns new recovery codes, for the only time; those before are void.

    `code` is of the authenticator app, or one of those before. Raises `MfaNotStarted`,
    `MfaRequired`, `InvalidCredentials` and `TooManyAttempts`.
    """
    with guarded(code_attempt(user_id=user_id), now=now):
        return _renew(user_id=user_id, code=code, now=now)


@use_case
def _renew(*, user_id: UUID, code: str, now: datetime) -> list[str]:
    if use_second_factor(user_id=user_id, code=code, now=now) is None:
        raise MfaNotStarted
    return _new_recovery_codes(user_id)


def show_second_factor(*, user_id: UUID, code: str, now: datetime) -> datetime | None:
    """Spends a code at the door of the admin; returns since when the second factor is on.

    None when the user has none. Raises `MfaRequired`, `InvalidCredentials` and
    `TooManyAttempts`.
    """
    with guarded(code_attempt(user_id=user_id), now=now):
        return _show(user_id=user_id, code=code, now=now)


@use_case
def _show(*, user_id: UUID, code: str, now: datetime) -> datetime | None:
    return use_second_factor(user_id=user_id, code=code, now=now)


def _new_recovery_codes(user_id: UUID) -> list[str]:
    codes = [f"{secrets.token_hex(4)}-{secrets.token_hex(4)}" for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user_id=user_id).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user_id=user_id, code_hash=hash_secret(code)) for code in codes
    )
    return codes
