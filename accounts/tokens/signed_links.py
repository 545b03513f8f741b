"""What is mailed to prove that somebody reads an address: signed, expiring, good once.

Nothing is stored. A proof carries a fingerprint of what it would change, so using
it, or changing the same thing in another way, makes it worthless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.core import signing

from accounts.domain import ProofInvalid
from accounts.models import EmailChange, User


class Purpose(StrEnum):
    """What a proof is good for."""

    VERIFY_EMAIL = "verify-email"
    RESET_PASSWORD = "reset-password"  # noqa: S105 - a purpose, not a secret
    LEAVE_OLD_EMAIL = "leave-old-email"
    TAKE_NEW_EMAIL = "take-new-email"


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof with a good signature; `fits` has to be asked under the lock of what it changes."""

    purpose: Purpose
    subject_id: UUID
    fingerprint: str

    def fits(self, subject: User | EmailChange) -> bool:
        """Whether nothing has changed since it was made."""
        return self.fingerprint == _fingerprint(self.purpose, subject)


LIFETIMES = {
    Purpose.VERIFY_EMAIL: timedelta(days=7),
    Purpose.RESET_PASSWORD: timedelta(hours=1),
    Purpose.LEAVE_OLD_EMAIL: timedelta(days=1),
    Purpose.TAKE_NEW_EMAIL: timedelta(days=1),
}
_STATES: dict[Purpose, Callable[..., list[object]]] = {
    Purpose.VERIFY_EMAIL: lambda user: [user.email, user.email_verified_at],
    Purpose.RESET_PASSWORD: lambda user: [user.email, user.password],
    Purpose.LEAVE_OLD_EMAIL: lambda change: [change.pk, change.left_old_at],
    Purpose.TAKE_NEW_EMAIL: lambda change: [change.pk, change.took_new_at],
}


def make_proof(purpose: Purpose, subject: User | EmailChange) -> str:
    """URL-safe text that proves to `read_proof` that its reader was mailed it."""
    content = [str(subject.pk), _fingerprint(purpose, subject)]
    return signing.dumps(content, salt=_salt(purpose))


def read_proof(text: str, *purposes: Purpose) -> Proof:
    """Raises `ProofInvalid` unless we made `text` for one of the purposes and in time."""
    for purpose in purposes:
        try:
            subject_id, fingerprint = signing.loads(
                text, salt=_salt(purpose), max_age=LIFETIMES[purpose]
            )
        except signing.BadSignature:
            continue
        return Proof(purpose, UUID(subject_id), fingerprint)
    raise ProofInvalid


def _salt(purpose: Purpose) -> str:
    return f"congocart.accounts.{purpose}"


def _fingerprint(purpose: Purpose, subject: User | EmailChange) -> str:
    return hashlib.sha256(repr(_STATES[purpose](subject)).encode()).hexdigest()[:32]
