"""Sessions: a login and the family of refresh tokens that descend from it."""

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
    RefreshUse,
    SessionNotFound,
    TokenExpired,
    TokenInvalid,
    TokenPair,
    TokenReused,
    TokenRevoked,
    TooManyAttempts,
    normalize_password,
    session_roles,
    use_of_refresh_token,
)
from accounts.models import RefreshSession, User
from accounts.selectors import roles_of, users_with_roles
from accounts.services.lockout import code_attempt, enforce_lockout, login_attempt
from accounts.services.mfa_codes import spend_mfa_code
from accounts.tokens import signing_keys
from accounts.tokens.json_web_tokens import read_refresh, sign_access, sign_refresh
from core.db.transactions import transaction_required, use_case
from core.email_address import normalize_email

LOG_IN_ERRORS = (InvalidCredentials, MfaRequired, TooManyAttempts)


def log_in(*, email: str, password: str, device: Device, now: datetime, otp: str = "") -> TokenPair:
    """Open a session and return its tokens.

    Raises `LOG_IN_ERRORS`: `InvalidCredentials` after the same time whatever the reason,
    `MfaRequired` where the account uses MFA and `otp` is empty.
    """

    @use_case
    def open_session(checked: User) -> TokenPair:
        # The password was checked before the transaction, so it must not have changed since.
        unchanged = users_with_roles().filter(pk=checked.pk, password=checked.password)
        locked = unchanged.filter(is_active=True).select_for_update(of=("self",), no_key=True)
        user = locked.first()
        if user is None:
            raise InvalidCredentials
        mfa_shown = spend_mfa_code(user_id=user.pk, code=otp, now=now) is not None
        session = create_session(user, device=device, now=now, mfa_shown=mfa_shown)
        return _token_pair(session, user, now)

    with enforce_lockout(login_attempt(account=email, address=device.ip_address or ""), now=now):
        user = User.objects.filter(email=normalize_email(email)).first()
        if user is None:
            make_password(normalize_password(password))  # Takes as long as checking one.
            raise InvalidCredentials
        if not user.check_password(password) or not user.is_active:
            raise InvalidCredentials
        if settings.REQUIRE_VERIFIED_EMAIL and user.email_verified_at is None:
            # Another refusal would tell someone who just registered the address that it was free.
            raise InvalidCredentials
        with enforce_lockout(code_attempt(user_id=user.pk), now=now) if otp else nullcontext():
            return open_session(user)


@transaction_required
def create_session(
    user: User, *, device: Device, now: datetime, mfa_shown: bool = False
) -> RefreshSession:
    """Record a session of a user who has just proved who they are."""
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
    """Spend a refresh token for the next pair of tokens.

    The token spent last, sent again within `REFRESH_REUSE`, gets the same next refresh token
    again. Any other that was spent before has been copied by someone, so its whole session is
    revoked and `TokenReused` raised. Raises `REFRESH_SESSION_ERRORS`.
    """
    session_id, jti = read_refresh(refresh)

    @use_case
    def spend_token() -> TokenPair:
        session = RefreshSession.objects.locked().live(now).filter(pk=session_id).first()
        if session is None:
            raise TokenRevoked
        use = use_of_refresh_token(
            jti,
            current=session.current_jti,
            spent_last=session.spent_jti,
            spent_at=session.last_used_at,
            grace=settings.REFRESH_REUSE,
            now=now,
        )
        if use is RefreshUse.REUSED:
            raise TokenReused
        user = users_with_roles().filter(pk=session.user_id, is_active=True).first()
        if user is None:
            raise TokenRevoked
        if use is RefreshUse.FIRST:
            session.spent_jti, session.current_jti = jti, uuid4().hex
            session.last_used_at = now
            session.expires_at = min(now + REFRESH_LIFETIME, session.ends_at)
            session.save(update_fields=["spent_jti", "current_jti", "last_used_at", "expires_at"])
        return _token_pair(session, user, now)

    try:
        return spend_token()
    except TokenReused:
        # The refusal rolled its own transaction back, but the session has to stay revoked.
        use_case(_revoke)(session_id, now)
        raise


LOG_OUT_ERRORS = (TokenInvalid, TokenExpired)


@use_case
def log_out(*, refresh: str, now: datetime) -> None:
    """End the session of a refresh token, spent or not. Raises `LOG_OUT_ERRORS`."""
    session_id, _ = read_refresh(refresh)
    _revoke(session_id, now)


@use_case
def end_session(*, user_id: UUID, session_id: UUID, now: datetime) -> None:
    """End one of a user's sessions. Raises `SessionNotFound` for someone else's."""
    session = RefreshSession.objects.locked().live(now).filter(user_id=user_id, pk=session_id)
    if session.first() is None:
        raise SessionNotFound
    _revoke(session_id, now)


@use_case
def end_all_sessions(*, user_id: UUID, now: datetime) -> None:
    """Log a user out everywhere, the admin included."""
    revoke_sessions(user_id=user_id, now=now)


@transaction_required
def revoke_sessions(*, user_id: UUID, now: datetime) -> None:
    """End every session of a user, those of the admin included.

    The user is locked before the sessions, as at a login.
    """
    User.objects.filter(pk=user_id).update(sessions_ended_at=now)
    RefreshSession.objects.filter(user_id=user_id, revoked_at=None).update(revoked_at=now)


@use_case
def rotate_keys(*, now: datetime) -> str:
    """Put the next signing key to use and return its id; issued tokens stay valid."""
    return signing_keys.rotate(now=now)


@use_case
def replace_leaked_keys(*, now: datetime) -> str:
    """Put a new signing key to use and return its id; every issued token becomes void."""
    return signing_keys.replace_all(now=now)


@transaction_required
def _revoke(session_id: UUID, now: datetime) -> None:
    RefreshSession.objects.filter(pk=session_id, revoked_at=None).update(revoked_at=now)


def _token_pair(session: RefreshSession, user: User, now: datetime) -> TokenPair:
    roles = session_roles(
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
