"""Sessions: a login and the family of refresh tokens that grows out of it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.domain import (
    REFRESH_LIFETIME,
    SESSION_LIFETIME,
    Device,
    InvalidCredentials,
    MfaRequired,
    SessionNotFound,
    TokenExpired,
    TokenInvalid,
    TokenPair,
    TokenReused,
    TokenRevoked,
    TooManyAttempts,
    granted,
    normalize_email,
    normalize_password,
)
from accounts.models import RefreshSession, User
from accounts.selectors import roles_of, users_with_roles
from accounts.services.lockout import code_attempt, guarded, login_attempt
from accounts.services.second_factor import use_second_factor
from accounts.tokens import signing_keys
from accounts.tokens.json_web_tokens import read_refresh, sign_access, sign_refresh
from core.db.transactions import transaction_required, use_case

LOG_IN_ERRORS = (InvalidCredentials, MfaRequired, TooManyAttempts)


def log_in(*, email: str, password: str, device: Device, now: datetime, otp: str = "") -> TokenPair:
    """Open a session; a refusal takes the same time whatever its reason.

    `otp` is the code of an authenticator app, needed where one is in use.
    Raises `LOG_IN_ERRORS`.
    """
    with guarded(login_attempt(account=email, address=device.ip_address or ""), now=now):
        user = _authenticated(email, password)
        with guarded(code_attempt(user_id=user.pk), now=now) if otp else nullcontext():
            return _open_session(
                user_id=user.pk, password_hash=user.password, otp=otp, device=device, now=now
            )


def _authenticated(email: str, password: str) -> User:
    user = User.objects.filter(email=normalize_email(email)).first()
    if user is None:
        make_password(normalize_password(password))
        raise InvalidCredentials
    if not user.check_password(password) or not user.is_active:
        raise InvalidCredentials
    if settings.REQUIRE_VERIFIED_EMAIL and user.email_verified_at is None:
        # Another refusal would tell who has just registered the address that it was free.
        raise InvalidCredentials
    return user


@use_case
def _open_session(
    *, user_id: UUID, password_hash: str, otp: str, device: Device, now: datetime
) -> TokenPair:
    """The password was checked before the transaction, so it must not have changed since."""
    unchanged = users_with_roles().filter(pk=user_id, password=password_hash, is_active=True)
    user = unchanged.select_for_update(of=("self",), no_key=True).first()
    if user is None:
        raise InvalidCredentials
    shown = use_second_factor(user_id=user_id, code=otp, now=now) is not None
    session = note_session(user, device=device, now=now, mfa_shown=shown)
    return _pair(session, user, now)


@transaction_required
def note_session(
    user: User, *, device: Device, now: datetime, mfa_shown: bool = False
) -> RefreshSession:
    """That somebody who proved to be this user was there."""
    return RefreshSession.objects.create(
        user=user,
        mfa_shown=mfa_shown,
        current_jti=uuid4().hex,
        user_agent=device.user_agent[:200],
        ip_address=device.ip_address,
        created_at=now,
        last_used_at=now,
        expires_at=now + REFRESH_LIFETIME,
        ends_at=now + SESSION_LIFETIME,
    )


REFRESH_SESSION_ERRORS = (TokenInvalid, TokenExpired, TokenReused, TokenRevoked)


def refresh_session(*, refresh: str, now: datetime) -> TokenPair:
    """Spends a refresh token for the next pair.

    A spent one means that somebody copied it, so its whole family is revoked and
    `TokenReused` raised. Raises `REFRESH_SESSION_ERRORS`.
    """
    session_id, jti = read_refresh(refresh)
    try:
        return _rotate(session_id=session_id, jti=jti, now=now)
    except TokenReused:
        # The refusal rolled its own transaction back; what follows from it has to last.
        use_case(_revoke)(session_id, now)
        raise


@use_case
def _rotate(*, session_id: UUID, jti: str, now: datetime) -> TokenPair:
    session = RefreshSession.objects.locked().live(now).filter(pk=session_id).first()
    if session is None:
        raise TokenRevoked
    if session.current_jti != jti:
        raise TokenReused
    user = users_with_roles().filter(pk=session.user_id, is_active=True).first()
    if user is None:
        raise TokenRevoked
    session.current_jti = uuid4().hex
    session.last_used_at = now
    session.expires_at = min(now + REFRESH_LIFETIME, session.ends_at)
    session.save(update_fields=["current_jti", "last_used_at", "expires_at"])
    return _pair(session, user, now)


LOG_OUT_ERRORS = (TokenInvalid, TokenExpired)


@use_case
def log_out(*, refresh: str, now: datetime) -> None:
    """Ends the session of a refresh token, spent or not. Raises `LOG_OUT_ERRORS`."""
    session_id, _ = read_refresh(refresh)
    _revoke(session_id, now)


@use_case
def end_session(*, user_id: UUID, session_id: UUID, now: datetime) -> None:
    """Ends one of a user's sessions. Raises `SessionNotFound` for another's."""
    session = RefreshSession.objects.locked().live(now).filter(user_id=user_id, pk=session_id)
    if session.first() is None:
        raise SessionNotFound
    _revoke(session_id, now)


@use_case
def end_all_sessions(*, user_id: UUID, now: datetime) -> None:
    """Logs a user out everywhere."""
    revoke_sessions(user_id=user_id, now=now)


@transaction_required
def revoke_sessions(*, user_id: UUID, now: datetime) -> None:
    """Ends a user's sessions, because what they rest on changed.

    Those of the admin, too. The user is locked before the sessions, as at a login.
    """
    User.objects.filter(pk=user_id).update(sessions_ended_at=now)
    RefreshSession.objects.filter(user_id=user_id, revoked_at=None).update(revoked_at=now)


@use_case
def rotate_keys(*, now: datetime) -> str:
    """Puts the next signing key to use; returns its id. Tokens given out stay good."""
    return signing_keys.rotate(now=now)


@use_case
def replace_leaked_keys(*, now: datetime) -> str:
    """Puts a new signing key to use; returns its id. Every token given out before is void."""
    return signing_keys.replace_all(now=now)


def _revoke(session_id: UUID, now: datetime) -> None:
    RefreshSession.objects.filter(pk=session_id, revoked_at=None).update(revoked_at=now)


def _pair(session: RefreshSession, user: User, now: datetime) -> TokenPair:
    roles = granted(
        roles_of(user), mfa_shown=session.mfa_shown, mfa_required=settings.STAFF_MFA_REQUIRED
    )
    return TokenPair(
        access=sign_access(user_id=user.pk, roles=roles, session_id=session.pk, now=now),
        refresh=sign_refresh(
            session_id=session.pk,
            jti=session.current_jti,
            now=now,
            expires_at=session.expires_at,
        ),
    )
