"""Tokens of mailed links, which prove that someone reads an address: signed, expiring, used once.

Nothing is stored. A token carries a fingerprint of what it would change, so using it, or
changing the same thing in another way, makes it void.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.core import signing

from accounts.domain import LinkInvalid
from accounts.models import EmailChange, StaffInvitation, User

Subject = User | EmailChange | StaffInvitation


class Purpose(StrEnum):
    """What a link does."""

    VERIFY_EMAIL = "verify-email"
    RESET_PASSWORD = "reset-password"  # noqa: S105 - a purpose, not a secret
    LEAVE_OLD_EMAIL = "leave-old-email"
    TAKE_NEW_EMAIL = "take-new-email"
    JOIN_STAFF = "join-staff"


@dataclass(frozen=True, slots=True)
class SignedLink:
    """A token with a valid signature; call `matches` under the lock of what the link changes."""

    purpose: Purpose
    subject_id: UUID
    fingerprint: str

    def matches(self, subject: Subject) -> bool:
        """Return whether nothing has changed since the token was signed."""
        return self.fingerprint == _fingerprint(self.purpose, subject)


LIFETIMES = {
    Purpose.VERIFY_EMAIL: timedelta(days=7),
    Purpose.RESET_PASSWORD: timedelta(hours=1),
    Purpose.LEAVE_OLD_EMAIL: timedelta(days=1),
    Purpose.TAKE_NEW_EMAIL: timedelta(days=1),
    Purpose.JOIN_STAFF: timedelta(days=7),
}
_STATES: dict[Purpose, Callable[..., list[object]]] = {
    Purpose.VERIFY_EMAIL: lambda user: [user.email, user.email_verified_at],
    Purpose.RESET_PASSWORD: lambda user: [user.email, user.password],
    Purpose.LEAVE_OLD_EMAIL: lambda change: [change.pk, change.left_old_at],
    Purpose.TAKE_NEW_EMAIL: lambda change: [change.pk, change.took_new_at],
    Purpose.JOIN_STAFF: lambda offer: [
        offer.email,
        offer.role,
        offer.accepted_at,
        offer.revoked_at,
    ],
}


def sign_link_token(purpose: Purpose, subject: Subject) -> str:
    """Return the URL-safe token of a link that is valid for `LIFETIMES[purpose]` from now."""
    content = [str(subject.pk), _fingerprint(purpose, subject)]
    return signing.dumps(content, salt=_salt(purpose))


def read_link_token(token: str, *purposes: Purpose) -> SignedLink:
    """Return a token that was signed for one of the purposes and has not expired.

    Raises `LinkInvalid` for any other.
    """
    for purpose in purposes:
        try:
            subject_id, fingerprint = signing.loads(
                token, salt=_salt(purpose), max_age=LIFETIMES[purpose]
            )
        except signing.BadSignature:
            continue
        return SignedLink(purpose, UUID(subject_id), fingerprint)
    raise LinkInvalid


def _salt(purpose: Purpose) -> str:
    return f"congocart.accounts.{purpose}"


def _fingerprint(purpose: Purpose, subject: Subject) -> str:
    return hashlib.sha256(repr(_STATES[purpose](subject)).encode()).hexdigest()[:32]
