"""Groups of customers and who is in them."""

from __future__ import annotations

from uuid import UUID

from accounts.domain import CustomerGroupNotFound, CustomerGroupTaken, UserNotFound
from accounts.models import CustomerGroup, User
from core.db.transactions import transaction_required, use_case

CREATE_CUSTOMER_GROUP_ERRORS = (CustomerGroupTaken,)
CHANGE_MEMBERS_ERRORS = (CustomerGroupNotFound, UserNotFound)


@use_case
def create_customer_group(*, code: str, title: str) -> CustomerGroup:
    """Create a group without members. Raises `CREATE_CUSTOMER_GROUP_ERRORS`."""
    return CustomerGroup.objects.create(code=code, title=title)


@use_case
def delete_customer_group(*, code: str) -> None:
    """Delete a group; rules that name it are for nobody. Raises `CustomerGroupNotFound`."""
    _locked_group(code).delete()


@use_case
def add_to_customer_group(*, code: str, user_id: UUID) -> None:
    """Put a user into a group; again changes nothing. Raises `CHANGE_MEMBERS_ERRORS`."""
    group = _locked_group(code)
    # Locked, so that nobody is erased meanwhile and then put into it.
    users = User.objects.filter(pk=user_id, is_active=True).select_for_update(no_key=True)
    user = users.first()
    if user is None:
        raise UserNotFound
    group.members.add(user)


@use_case
def remove_from_customer_group(*, code: str, user_id: UUID) -> None:
    """Take a user out of a group, if they are in it. Raises `CustomerGroupNotFound`."""
    group = _locked_group(code)
    User.customer_groups.through.objects.filter(customergroup=group, user_id=user_id).delete()


@transaction_required
def _locked_group(code: str) -> CustomerGroup:
    groups = CustomerGroup.objects.none() if "\0" in code else CustomerGroup.objects
    group = groups.filter(code=code).select_for_update().first()
    if group is None:
        raise CustomerGroupNotFound
    return group
