"""Reads of accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Func, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Coalesce

from accounts.domain import AddressNotFound, MfaStatus, Role, session_roles
from accounts.models import (
    CustomerGroup,
    EmailChange,
    RecoveryCode,
    RefreshSession,
    SavedAddress,
    StaffInvitation,
    TotpDevice,
    User,
)
from core.address import Address
from core.db.containing import holds_every_word
from core.errors import Unauthenticated

_ROLES = frozenset(Role)
# The address and the names of a person, in a function that migration 0011 has an index of.
FOUND_BY = Func(
    "email", "first_name", "last_name", function="accounts_search_text", output_field=TextField()
)


def users_with_roles() -> QuerySet[User]:
    """Return users with the names of their groups as `group_names`, in one statement."""
    names = Group.objects.filter(user=OuterRef("pk")).values("name")
    return User.objects.annotate(group_names=ArraySubquery(names))


def with_every_word(users: QuerySet[User], text: str) -> QuerySet[User]:
    """Narrow to users who have each word of `text` in their address or names, in any case."""
    condition = holds_every_word("found_by", text)
    return users.none() if condition is None else users.alias(found_by=FOUND_BY).filter(condition)


def profile_of(user_id: UUID) -> User:
    """Return an active user with `group_names`. Raises `Unauthenticated` for a closed account."""
    user = users_with_roles().filter(pk=user_id, is_active=True).first()
    if user is None:
        raise Unauthenticated
    return user


def name_of(user: User) -> str:
    """Return the name of a user; the e-mail address where none is known."""
    return f"{user.first_name} {user.last_name}".strip() or user.email


def roles_of(user: User) -> frozenset[str]:
    """Return the roles of a user from `users_with_roles`, or of a new one, who is in no group.

    Everyone is a customer, a superuser an admin.
    """
    return roles_among(getattr(user, "group_names", ()), is_superuser=user.is_superuser)


def roles_among(group_names: Iterable[str], *, is_superuser: bool) -> frozenset[str]:
    """Return the roles of these groups, and those that everyone or a superuser holds."""
    implied = {Role.CUSTOMER, Role.ADMIN} if is_superuser else {Role.CUSTOMER}
    return frozenset(str(role) for role in (_ROLES.intersection(group_names) | implied))


def live_roles(user_id: UUID, session_id: UUID, now: datetime) -> frozenset[str] | None:
    """Return the roles that a session carries now; None when it or the account has ended."""
    sessions = RefreshSession.objects.live(now).filter(pk=session_id, user=OuterRef("pk"))
    users = users_with_roles().annotate(mfa_shown=Subquery(sessions.values("mfa_shown")))
    user = users.filter(pk=user_id, is_active=True, mfa_shown__isnull=False).first()
    if user is None:
        return None
    return session_roles(
        roles_of(user), mfa_shown=user.mfa_shown, mfa_required=settings.STAFF_MFA_REQUIRED
    )


def is_verified(user_id: UUID) -> bool:
    """Return whether a user has proved to read their e-mail address."""
    return User.objects.filter(pk=user_id).exclude(email_verified_at=None).exists()


def users_with_mfa() -> QuerySet[User]:
    """Return users with `mfa_since`, which is None where MFA is off, in one statement."""
    confirmed = TotpDevice.objects.filter(pk=OuterRef("pk")).values("confirmed_at")
    return User.objects.annotate(mfa_since=Subquery(confirmed))


def mfa_of(user_id: UUID) -> MfaStatus | None:
    """Return the status of a user's MFA, None where it is off, in one statement."""
    codes = RecoveryCode.objects.filter(user=OuterRef("pk")).values("user")
    left = Coalesce(Subquery(codes.annotate(left=Count("pk")).values("left")), 0)
    confirmed = TotpDevice.objects.filter(pk=user_id).exclude(confirmed_at=None)
    device = confirmed.annotate(left=left).first()
    if device is None or device.confirmed_at is None:
        return None
    return MfaStatus(since=device.confirmed_at, recovery_codes_left=device.left)


def has_logged_in_from(*, email: str, ip_address: str) -> bool:
    """Return whether the account of an e-mail address has a session of that IP address."""
    return RefreshSession.objects.filter(user__email=email, ip_address=ip_address).exists()


def sessions_of(user_id: UUID, now: datetime) -> QuerySet[RefreshSession]:
    """Return the sessions that a user can still refresh."""
    return RefreshSession.objects.live(now).filter(user_id=user_id)


def addresses_of(user_id: UUID) -> QuerySet[SavedAddress]:
    """Return the address book of a user."""
    return SavedAddress.objects.filter(user_id=user_id)


def address_for(*, user_id: UUID, address_id: UUID) -> SavedAddress:
    """Return one of a user's addresses. Raises `AddressNotFound` for someone else's."""
    saved = addresses_of(user_id).filter(pk=address_id).first()
    if saved is None:
        raise AddressNotFound
    return saved


def customer_groups_of(user_id: UUID) -> frozenset[str]:
    """Return the codes of the groups of customers that a user is in, in one statement."""
    return frozenset(CustomerGroup.objects.filter(members=user_id).values_list("code", flat=True))


def customer_groups() -> dict[str, str]:
    """Return the titles of all groups of customers by their codes."""
    return dict(CustomerGroup.objects.values_list("code", "title"))


def is_customer_group(code: str) -> bool:
    """Return whether there is a group of customers with this code."""
    return CustomerGroup.objects.filter(code=code).exists()


def known_emails(emails: Iterable[str]) -> set[str]:
    """Return those of the e-mail addresses (in lower case) that have an account."""
    return set(User.objects.filter(email__in=list(emails)).values_list("email", flat=True))


def default_addresses(user_id: UUID) -> tuple[Address | None, Address | None]:
    """Return a user's default shipping and billing address, in one statement."""
    found = list(addresses_of(user_id).filter(Q(default_shipping=True) | Q(default_billing=True)))
    shipping = next((each.as_address() for each in found if each.default_shipping), None)
    billing = next((each.as_address() for each in found if each.default_billing), None)
    return shipping, billing


def personal_data(user: User) -> dict[str, Any]:
    """Return what accounts know about a person, as JSON-able values, without any secret or hash."""
    mfa_since = TotpDevice.objects.filter(pk=user.pk).values_list("confirmed_at", flat=True)
    return {
        "account": {
            "id": user.pk,
            "email": user.email,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "language": user.language,
            "roles": sorted(roles_of(user)),
            "customer_groups": sorted(customer_groups_of(user.pk)),
            "email_verified_at": user.email_verified_at,
            "created_at": user.created_at,
            "last_login": user.last_login,
            "second_factor_since": mfa_since.first(),
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
        "staff_invitations": list(
            StaffInvitation.objects.filter(accepted_by=user)
            .order_by("created_at")
            .values("email", "role", "created_at", "accepted_at")
        ),
        "sessions": list(
            user.sessions.order_by("created_at").values(
                "id", "user_agent", "ip_address", "created_at", "last_used_at", "revoked_at"
            )
        ),
    }
