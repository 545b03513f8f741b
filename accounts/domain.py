"""Who may do what: the roles, and what can go wrong with accounts."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from core.errors import (
    Conflict,
    Invalid,
    InvalidToken,
    NotFound,
    TooManyRequests,
    Unauthenticated,
)


class Role(StrEnum):
    """What somebody is trusted with. Everybody with an account is a customer."""

    CUSTOMER = "customer"
    SUPPORT = "support"
    FULFILLMENT = "fulfillment"
    MANAGER = "manager"
    ADMIN = "admin"


STAFF_ROLES = frozenset(Role) - {Role.CUSTOMER}


class KeyState(StrEnum):
    """Where a signing key stands in its life."""

    NEXT = "next"
    CURRENT = "current"
    RETIRED = "retired"


ACCESS_LIFETIME = timedelta(minutes=10)
REFRESH_LIFETIME = timedelta(days=30)
SESSION_LIFETIME = timedelta(days=180)
MAX_PASSWORD_LENGTH = 256
MAX_ADDRESSES = 100
# RFC 2606: nothing sent there arrives anywhere.
ERASED_DOMAIN = "erased.invalid"


class InvalidCredentials(Unauthenticated):
    """E-mail address or password is wrong."""

    code = "invalid_credentials"


class MfaRequired(Unauthenticated):
    """The code of your authenticator app is needed too (`otp`)."""

    code = "mfa_required"


class MfaAlreadyOn(Conflict):
    """You use an authenticator app already."""

    code = "mfa_already_on"


class MfaNotStarted(Conflict):
    """You use no authenticator app."""

    code = "mfa_not_started"


class TooManyAttempts(TooManyRequests):
    """Too many failed attempts; wait before the next one."""

    code = "too_many_attempts"


class TokenInvalid(InvalidToken):
    """This token is not one of ours."""

    code = "token_invalid"


class TokenExpired(InvalidToken):
    """This token has expired."""

    code = "token_expired"


class TokenRevoked(InvalidToken):
    """This session has been ended; log in again."""

    code = "token_revoked"


class TokenReused(InvalidToken):
    """This refresh token was used before; its session has been ended, log in again."""

    code = "token_reused"


class WeakPassword(Invalid):
    """This password is too easy to guess."""

    code = "weak_password"


class UserNotFound(NotFound):
    """There is no such user."""


class ProofInvalid(Invalid):
    """This link is not valid: it was used, has expired, or is not one of ours."""

    code = "link_invalid"


class EmailTaken(Conflict):
    """Another account has this e-mail address."""

    code = "email_taken"


class AddressNotFound(NotFound):
    """You have no such address."""


class AddressBookFull(Conflict):
    """Your address book is full; remove an address first."""

    code = "address_book_full"


class SessionNotFound(NotFound):
    """You have no such session."""


@dataclass(frozen=True, slots=True)
class TokenUser:
    """As much of a user as an access token says; what `request.user` is."""

    pk: UUID
    roles: frozenset[str]
    session_id: UUID
    expires_at: int

    @property
    def is_authenticated(self) -> bool:
        """Always: a request without a valid token has no user at all."""
        return True

    @property
    def is_staff(self) -> bool:
        """Whether any role beyond that of a customer is held."""
        return not self.roles.isdisjoint(STAFF_ROLES)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the authenticator app has to be told."""

    secret: str
    url: str


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """An authenticator app in use."""

    since: datetime
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a client holds of a session."""

    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class Device:
    """Where a session was opened, for its owner to recognise it."""

    user_agent: str = ""
    ip_address: str | None = None


def normalize_email(email: str) -> str:
    """The form in which an address is stored and compared."""
    return email.strip().lower()


def normalize_password(password: str) -> str:
    """One form for the ways a keyboard may compose the same characters (NFKC, NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def granted(roles: frozenset[str], *, mfa_shown: bool, mfa_required: bool) -> frozenset[str]:
    """The roles that a session carries: staff's only with a second factor, where one is asked."""
    if mfa_required and not mfa_shown:
        return roles - STAFF_ROLES
    return roles
