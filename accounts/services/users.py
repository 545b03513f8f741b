"""Accounts: made, changed, locked."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts import emails
from accounts.domain import (
    STAFF_ROLES,
    AccountDetails,
    Role,
    WeakPassword,
    normalize_password,
)
from accounts.models import User
from accounts.selectors import profile_of
from core.db.transactions import transaction_required, use_case
from core.email_address import normalize_email
from core.errors import FieldError, Unauthenticated


def register_user(
    *,
    email: str,
    password: str,
    first_name: str = "",
    last_name: str = "",
    language: str = "",
    welcome: bool = True,
) -> User:
    """Create a customer's account; for a taken address return one that only looks like it.

    `welcome` mails the owner of the address: to verify it, or that someone tried to register
    it. The result, and the time it takes, do not tell whether the address was taken; the
    existing account is not touched. Raises `WeakPassword`.
    """
    user = User(
        email=normalize_email(email),
        first_name=first_name,
        last_name=last_name,
        language=language,
    )
    require_strong_password(password, user)
    user.set_password(password)  # Before the transaction: it takes tens of milliseconds.

    @use_case
    def save_unless_taken() -> User:
        User.objects.bulk_create([user], ignore_conflicts=True)
        owner_id = User.objects.filter(email=user.email).values_list("pk", flat=True).first()
        if welcome:
            emails.send_welcome.defer(
                owner_id=str(owner_id) if owner_id else None, registered_id=str(user.pk)
            )
        return user

    return save_unless_taken()


@use_case
def update_profile(
    *,
    user_id: UUID,
    first_name: str | None = None,
    last_name: str | None = None,
    language: str | None = None,
) -> User:
    """Change what is not None. Raises `Unauthenticated`."""
    lock_user(user_id=user_id)
    user = profile_of(user_id)
    user.first_name = user.first_name if first_name is None else first_name
    user.last_name = user.last_name if last_name is None else last_name
    user.language = user.language if language is None else language
    user.save(update_fields=["first_name", "last_name", "language"])
    return user


@use_case
def ensure_user(*, email: str, password: str, role: Role) -> User:
    """Create or change a user to be active with exactly this role and password; for demo data."""
    user = User.objects.filter(email=normalize_email(email)).first()
    user = user or User(email=normalize_email(email))
    user.is_active = True
    user.is_staff = role in STAFF_ROLES
    user.is_superuser = role is Role.ADMIN
    if not user.check_password(password):
        user.set_password(password)
    user.save()
    user.groups.set([Group.objects.get_or_create(name=role)[0]])
    return user


@transaction_required
def lock_user(*, user_id: UUID) -> None:
    """Lock an active user until the transaction ends.

    Raises `Unauthenticated` when the account was closed or erased: an access token outlives
    it for a while, and nothing may be stored that nobody can erase any more.
    """
    users = User.objects.select_for_update(no_key=True).filter(pk=user_id, is_active=True)
    if not users.values("pk").first():
        raise Unauthenticated


@transaction_required
def lock_active_account_shared(*, user_id: UUID) -> AccountDetails:
    """Keep an account from being changed or erased until the transaction ends.

    Any number of transactions may hold this lock at once. It comes before every other lock.
    Raises `Unauthenticated` as `lock_user` does.
    """
    statement = (
        "SELECT id, email, first_name, last_name FROM accounts_user "
        "WHERE id = %s AND is_active FOR SHARE"
    )
    for user in User.objects.raw(statement, [user_id]):
        return AccountDetails(user.email, user.first_name, user.last_name)
    raise Unauthenticated


def require_strong_password(password: str, user: User) -> None:
    """Raise `WeakPassword` with one entry for each rule that the password breaks."""
    try:
        validate_password(normalize_password(password), user)
    except ValidationError as error:
        raise WeakPassword(
            errors=[
                FieldError("/password", item.code or "invalid", " ".join(item.messages))
                for item in error.error_list
            ]
        ) from None
