"""Two-factor authentication (MFA): an authenticator app, and recovery codes for when it is lost."""

from __future__ import annotations

import secrets
from base64 import b32encode
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts import emails
from accounts.domain import (
    Enrollment,
    InvalidCredentials,
    MfaAlreadyOn,
    MfaNotStarted,
    TooManyAttempts,
)
from accounts.models import RecoveryCode, TotpDevice
from accounts.selectors import mfa_of
from accounts.services.confirmation import REAUTHENTICATE_ERRORS, reauthenticate
from accounts.services.lockout import code_attempt, enforce_lockout
from accounts.services.mfa_codes import SECRETS_KEY, spend_mfa_code, spend_totp_code
from accounts.services.sessions import revoke_sessions
from accounts.services.totp import new_totp_secret, provisioning_url
from accounts.services.users import lock_user
from core.db.transactions import transaction_required, use_case
from core.encryption import decrypt, encrypt
from core.ids import hash_secret

RECOVERY_CODES = 10


START_MFA_ERRORS = (MfaAlreadyOn, *REAUTHENTICATE_ERRORS)


def start_mfa(*, user_id: UUID, password: str, now: datetime) -> Enrollment:
    """Store a new secret for an authenticator app; MFA stays off until `confirm_mfa`.

    Takes the password, so that a stolen token is not enough to lock the owner out for good.
    Raises `START_MFA_ERRORS`.
    """
    user = reauthenticate(user_id=user_id, password=password, now=now)
    secret = new_totp_secret()
    encrypted = encrypt(secret, key=SECRETS_KEY, bound_to=str(user_id))

    @use_case
    def start() -> Enrollment:
        lock_user(user_id=user_id)
        if TotpDevice.objects.filter(pk=user_id).exclude(confirmed_at=None).exists():
            raise MfaAlreadyOn
        TotpDevice.objects.update_or_create(
            pk=user_id, defaults={"secret": encrypted, "created_at": now, "confirmed_at": None}
        )
        return _enrollment(secret, user.email)

    return start()


def pending_mfa(*, user_id: UUID, started_at: datetime) -> Enrollment | None:
    """Return again what `start_mfa` returned at `started_at`.

    None when it was confirmed or started again since, so that nobody is shown a secret that
    another session asked for.
    """
    pending = TotpDevice.objects.filter(pk=user_id, confirmed_at=None, created_at=started_at)
    device = pending.select_related("user").first()
    if device is None:
        return None
    secret = decrypt(bytes(device.secret), key=SECRETS_KEY, bound_to=str(user_id))
    return _enrollment(secret, device.user.email) if secret else None


def _enrollment(secret: bytes, email: str) -> Enrollment:
    url = provisioning_url(secret, account=email, issuer=settings.SHOP_NAME)
    return Enrollment(b32encode(secret).decode().rstrip("="), url)


CONFIRM_MFA_ERRORS = (MfaNotStarted, MfaAlreadyOn, InvalidCredentials, TooManyAttempts)


def confirm_mfa(*, user_id: UUID, code: str, now: datetime) -> list[str]:
    """Turn MFA on by a first code, and return the recovery codes, which are shown only once.

    Every session ends, because none of them has passed MFA. Raises
    `CONFIRM_MFA_ERRORS`.
    """

    @use_case
    def confirm() -> list[str]:
        # A login that found MFA off has opened its session, or waits for this lock. Before the
        # device, as everywhere: what erases or resets an account meanwhile would wait in a circle.
        lock_user(user_id=user_id)
        device = TotpDevice.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        if device is None:
            raise MfaNotStarted
        if device.confirmed_at is not None:
            raise MfaAlreadyOn
        spend_totp_code(device, code, now)
        device.confirmed_at = now
        device.save(update_fields=["confirmed_at"])
        revoke_sessions(user_id=user_id, now=now)
        emails.send_mfa_on.defer(user_id=str(user_id))
        return _new_recovery_codes(user_id)

    with enforce_lockout(code_attempt(user_id=user_id), now=now):
        return confirm()


STOP_MFA_ERRORS = (MfaNotStarted, InvalidCredentials, TooManyAttempts)


def stop_mfa(*, user_id: UUID, password: str, code: str, now: datetime) -> None:
    """Turn MFA off, by the password and a code; every session ends.

    Raises `STOP_MFA_ERRORS`, and `MfaRequired` when `code` is empty.
    """

    @use_case
    def stop() -> None:
        lock_user(user_id=user_id)
        if spend_mfa_code(user_id=user_id, code=code, now=now) is None:
            raise MfaNotStarted
        _turn_off(user_id, now)

    reauthenticate(user_id=user_id, password=password, now=now)
    with enforce_lockout(code_attempt(user_id=user_id), now=now):
        stop()


@use_case
def reset_mfa(*, user_id: UUID, now: datetime) -> None:
    """Turn MFA off for someone who has lost the app and the recovery codes.

    Every session of theirs ends, and they are told by e-mail. Raises `MfaNotStarted`.
    """
    lock_user(user_id=user_id)
    if mfa_of(user_id) is None:
        raise MfaNotStarted("This account does not use two-factor authentication.")
    _turn_off(user_id, now)


@transaction_required
def forget_mfa(*, user_id: UUID, now: datetime) -> None:
    """Turn the MFA of a locked user off if it is on, and drop it if it was only started."""
    if mfa_of(user_id) is not None:
        _turn_off(user_id, now)
    TotpDevice.objects.filter(pk=user_id).delete()


@transaction_required
def _turn_off(user_id: UUID, now: datetime) -> None:
    TotpDevice.objects.filter(pk=user_id).delete()
    RecoveryCode.objects.filter(user_id=user_id).delete()
    revoke_sessions(user_id=user_id, now=now)
    emails.send_mfa_off.defer(user_id=str(user_id))


def renew_recovery_codes(*, user_id: UUID, code: str, now: datetime) -> list[str]:
    """Replace all recovery codes and return the new ones, which are shown only once.

    `code` comes from the authenticator app or is a former recovery code. Raises
    `MfaNotStarted`, `MfaRequired`, `InvalidCredentials` and `TooManyAttempts`.
    """

    @use_case
    def renew() -> list[str]:
        if spend_mfa_code(user_id=user_id, code=code, now=now) is None:
            raise MfaNotStarted
        return _new_recovery_codes(user_id)

    with enforce_lockout(code_attempt(user_id=user_id), now=now):
        return renew()


def verify_mfa(*, user_id: UUID, code: str, now: datetime) -> datetime | None:
    """Spend a code at the login of the admin, and return since when MFA is on.

    None when the account does not use it. Raises `MfaRequired`, `InvalidCredentials` and
    `TooManyAttempts`.
    """
    with enforce_lockout(code_attempt(user_id=user_id), now=now):
        return use_case(spend_mfa_code)(user_id=user_id, code=code, now=now)


@transaction_required
def _new_recovery_codes(user_id: UUID) -> list[str]:
    codes = [f"{secrets.token_hex(4)}-{secrets.token_hex(4)}" for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user_id=user_id).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user_id=user_id, code_hash=hash_secret(code)) for code in codes
    )
    return codes
