"""Roles, the errors of accounts, and the values that accounts pass around."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum
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
    """What an account may do. Everyone with an account is a customer."""

    CUSTOMER = "customer"
    SUPPORT = "support"
    FULFILLMENT = "fulfillment"
    MANAGER = "manager"
    ADMIN = "admin"


STAFF_ROLES = frozenset(Role) - {Role.CUSTOMER}


class KeyState(StrEnum):
    """The life of a signing key: published, then signing, then only verifying."""

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


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """What an account says of its owner, for those who sell to them."""

    email: str
    first_name: str
    last_name: str


class InvalidCredentials(Unauthenticated):
    """E-mail address or password is wrong."""

    code = "invalid_credentials"


class MfaRequired(Unauthenticated):
    """A code from your authenticator app is needed too (`otp`)."""

    code = "mfa_required"


class MfaAlreadyOn(Conflict):
    """Two-factor authentication is already on."""

    code = "mfa_already_on"


class MfaNotStarted(Conflict):
    """Two-factor authentication is not set up."""

    code = "mfa_not_started"


class TooManyAttempts(TooManyRequests):
    """Too many failed attempts; wait before the next one."""

    code = "too_many_attempts"


class PasswordChecksBusy(TooManyRequests):
    """Too many passwords are being checked right now; try again in a moment."""


class TokenInvalid(InvalidToken):
    """The token is not valid."""

    code = "token_invalid"


class TokenExpired(InvalidToken):
    """The token has expired."""

    code = "token_expired"


class TokenRevoked(InvalidToken):
    """The session has ended; log in again."""

    code = "token_revoked"


class TokenReused(InvalidToken):
    """The refresh token was used before, so its session has ended; log in again."""

    code = "token_reused"


class WeakPassword(Invalid):
    """The password is too easy to guess."""

    code = "weak_password"


class UserNotFound(NotFound):
    """There is no such user."""


class LinkInvalid(Invalid):
    """The link is not valid: it was used, has expired, or is not from this shop."""

    code = "link_invalid"


class EmailTaken(Conflict):
    """Another account has this e-mail address."""

    code = "email_taken"


class InvitationNotFound(NotFound):
    """There is no such invitation that could still be accepted."""


class RoleHeld(Conflict):
    """This person already has this role."""

    code = "role_held"


class AccountClosed(Conflict):
    """This person's account is closed; open it again first."""

    code = "account_closed"


class CustomerGroupNotFound(NotFound):
    """There is no such group of customers."""


class CustomerGroupTaken(Conflict):
    """Another group of customers has this code."""

    code = "code_taken"


class AddressNotFound(NotFound):
    """You have no such address."""


class AddressBookFull(Conflict):
    """Your address book is full; remove an address first."""

    code = "address_book_full"


class SessionNotFound(NotFound):
    """You have no such session."""


@dataclass(frozen=True, slots=True)
class TokenUser:
    """What an access token says about its user; `request.user` when one was sent."""

    pk: UUID
    roles: frozenset[str]
    session_id: UUID
    expires_at: int

    @property
    def is_authenticated(self) -> bool:
        """Return True: a request without a valid token has no user at all."""
        return True

    @property
    def is_staff(self) -> bool:
        """Return whether any role beyond that of a customer is held."""
        return not self.roles.isdisjoint(STAFF_ROLES)


@dataclass(frozen=True, slots=True)
class Enrollment:
    """What the authenticator app has to be told."""

    secret: str
    url: str


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """What the holder of an invitation's link is told of it."""

    email: str
    role: Role
    has_account: bool


@dataclass(frozen=True, slots=True)
class MfaStatus:
    """Two-factor authentication that is on."""

    since: datetime
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The access token and the refresh token of a session."""

    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class Device:
    """Where a session was opened, for its owner to recognize it."""

    user_agent: str = ""
    ip_address: str | None = None


class RefreshUse(Enum):
    """What it means that a refresh token of a live session is sent."""

    FIRST = "first"
    REPEATED = "repeated"
    REUSED = "reused"


def use_of_refresh_token(
    jti: str, *, current: str, spent_last: str, spent_at: datetime, grace: timedelta, now: datetime
) -> RefreshUse:
    """Tell a first use, a repetition by the same client, and the reuse of a copied token apart.

    A repetition is the token spent last, sent again in less than `grace` since `spent_at`, as by
    two tabs that refresh at once. Without a `grace` there is none. `now` may lie before
    `spent_at`, because it was read before waiting for the session's lock.
    """
    if jti == current:
        return RefreshUse.FIRST
    if grace and jti == spent_last and now - spent_at < grace:
        return RefreshUse.REPEATED
    return RefreshUse.REUSED


def may_grant(roles: frozenset[str], role: Role) -> bool:
    """Return whether who holds `roles` may give someone `role`, which only an admin may."""
    return Role.ADMIN in roles and role in STAFF_ROLES


def normalize_password(password: str) -> str:
    """Return one form for all ways to compose the same characters (NFKC, NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def session_roles(roles: frozenset[str], *, mfa_shown: bool, mfa_required: bool) -> frozenset[str]:
    """Return the roles that a session carries: without required MFA, none of the staff's."""
    if mfa_required and not mfa_shown:
        return roles - STAFF_ROLES
    return roles
