"""Spending a code: from the authenticator app, or a recovery code."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from accounts.domain import InvalidCredentials, MfaRequired
from accounts.models import RecoveryCode, TotpDevice
from accounts.services.totp import matching_step
from core.db.transactions import transaction_required
from core.encryption import decrypt, key_for
from core.ids import hash_secret

SECRETS_KEY = key_for("authenticator secrets")


@transaction_required
def spend_mfa_code(*, user_id: UUID, code: str, now: datetime) -> datetime | None:
    """Spend a code from the app or a recovery code, and return since when MFA is on.

    None when the account does not use it. Raises `MfaRequired` without a code, and
    `InvalidCredentials` for a wrong or spent one.
    """
    devices = TotpDevice.objects.select_for_update(no_key=True).exclude(confirmed_at=None)
    device = devices.filter(pk=user_id).first()
    if device is None:
        return None
    if not code:
        raise MfaRequired
    if not RecoveryCode.objects.filter(user_id=user_id, code_hash=hash_secret(code)).delete()[0]:
        spend_totp_code(device, code, now)
    return device.confirmed_at


@transaction_required
def spend_totp_code(device: TotpDevice, code: str, now: datetime) -> None:
    """Spend a code from the app, so that it works once; the caller has locked the device.

    Raises `InvalidCredentials` for a code that is wrong at `now` or was used before.
    """
    secret = decrypt(bytes(device.secret), key=SECRETS_KEY, bound_to=str(device.pk))
    step = matching_step(secret, code, now=now, after=device.last_step) if secret else None
    if step is None:
        raise InvalidCredentials("The code is wrong, or was used before.")
    device.last_step = step
    device.save(update_fields=["last_step"])
