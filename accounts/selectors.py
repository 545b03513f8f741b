"""What can be asked about users."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.domain import AddressNotFound, Role, SecondFactor, UserNotFound, granted
from accounts.models import (
    EmailChange,
    RecoveryCode,
    RefreshSession,
    SavedAddress,
    TotpDevice,
    User,
)
from core.address import Address

_ROLES = frozenset(Role)


def users_with_roles() -> QuerySet[User]:
    """Users with the names of their groups as `group_names`, in one statement."""
    names = Group.objects.filter(user=OuterRef("pk")).values("name")
    return User.objects.annotate(group_names=ArraySubquery(names))


def profile_of(user_id: UUID) -> User:
    """An active user with `group_names`. Raises `UserNotFound`."""
    user = users_with_roles().filter(pk=user_id, is_active=True).first()
    if user is None:
        raise UserNotFound
    return user


def roles_of(user: User) -> frozenset[str]:
    """The roles of a user from `users_with_roles`, or of one just made, who is in no group.

    Everybody is a customer, a superuser an admin.
    """
    return roles_among(getattr(user, "group_names", ()), is_superuser=user.is_superuser)


def roles_among(group_names: Iterable[str], *, is_superuser: bool) -> frozenset[str]:
    """The roles that belong to these groups, and those that everybody or a superuser holds."""
    implied = {Role.CUSTOMER, Role.ADMIN} if is_superuser else {Role.CUSTOMER}
    return frozenset(str(role) for role in (_ROLES.intersection(group_names) | implied))


def live_roles(user_id: UUID, session_id: UUID, now: datetime) -> frozenset[str] | None:
    """What a user holds at this moment; None when the session or the account was ended."""
    sessions = RefreshSession.objects.live(now).filter(pk=session_id, user=OuterRef("pk"))
    users = users_with_roles().annotate(mfa_shown=Subquery(sessions.values("mfa_shown")))
    user = users.filter(pk=user_id, is_active=True, mfa_shown__isnull=False).first()
    if user is None:
        return None
    return granted(
        roles_of(user), mfa_shown=user.mfa_shown, mfa_required=settings.STAFF_MFA_REQUIRED
    )


def users_with_second_factor() -> QuerySet[User]:
    """Users with `second_factor_since`, which is None for who has none, in one statement."""
    confirmed = TotpDevice.objects.filter(pk=OuterRef("pk")).values("confirmed_at")
    return User.objects.annotate(second_factor_since=Subquery(confirmed))


def second_factor_of(user_id: UUID) -> SecondFactor | None:
    """The second factor of a user, None for who has none, in one statement."""
    codes = RecoveryCode.objects.filter(user=OuterRef("pk")).values("user")
    left = Coalesce(Subquery(codes.annotate(left=Count("pk")).values("left")), 0)
    confirmed = TotpDevice.objects.filter(pk=user_id).exclude(confirmed_at=None)
    device = confirmed.annotate(left=left).first()
    if device is None or device.confirmed_at is None:
        return None
    return SecondFactor(since=device.confirmed_at, recovery_codes_left=device.left)


def sessions_of(user_id: UUID, now: datetime) -> QuerySet[RefreshSession]:
    """The sessions that a user could still continue."""
    return RefreshSession.objects.live(now).filter(user_id=user_id)


def addresses_of(user_id: UUID) -> QuerySet[SavedAddress]:
    """The address book of a user."""
    return SavedAddress.objects.filter(user_id=user_id)


def address_for(*, user_id: UUID, address_id: UUID) -> SavedAddress:
    """One of a user's addresses. Raises `AddressNotFound` for another's."""
    saved = addresses_of(user_id).filter(pk=address_id).first()
    if saved is None:
        raise AddressNotFound
    return saved


def known_emails(emails: Iterable[str]) -> set[str]:
    """Those of the addresses (in lower case) that have an account."""
    return set(User.objects.filter(email__in=list(emails)).values_list("email", flat=True))


def default_addresses(user_id: UUID) -> tuple[Address | None, Address | None]:
    """What checkout offers a user: the default shipping and billing address, in one statement."""
    found = list(addresses_of(user_id).filter(Q(default_shipping=True) | Q(default_billing=True)))
    shipping = next((each.as_address() for each in found if each.default_shipping), None)
    billing = next((each.as_address() for each in found if each.default_billing), None)
    return shipping, billing


def personal_data(user: User) -> dict[str, Any]:
    """What accounts know about a person, as JSON-able values. No secret, nor what proves one."""
    second_factor = TotpDevice.objects.filter(pk=user.pk).values_list("confirmed_at", flat=True)
    return {
        "account": {
            "id": user.pk,
            "email": user.email,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "roles": sorted(roles_of(user)),
            "email_verified_at": user.email_verified_at,
            "created_at": user.created_at,
            "last_login": user.last_login,
            "second_factor_since": second_factor.first(),
        },
        "email_change": EmailChange.objects.filter(user=user)
        .values("new_email", "created_at", "left_old_at", "took_new_at")
        .first(),
        "addresses": [
            {
                **saved.as_address().as_dict(),
                "default_shipping": saved.default_shipping,
                "default_billing": saved.default_billing,
            }
            for saved in addresses_of(user.pk)
        ],
        "sessions": list(
            user.sessions.order_by("created_at").values(
                "id", "user_agent", "ip_address", "created_at", "last_used_at", "revoked_at"
            )
        ),
    }


def email_of(user_id: UUID) -> str:
    """The e-mail address of a user. Raises `UserNotFound`."""
    email = User.objects.filter(pk=user_id).values_list("email", flat=True).first()
    if email is None:
        raise UserNotFound
    return email
