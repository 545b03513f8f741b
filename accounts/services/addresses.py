"""The address book."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.domain import MAX_ADDRESSES, AddressBookFull, AddressNotFound
from accounts.models import SavedAddress
from accounts.services.users import lock_user
from core.address import ADDRESS_FIELDS, Address, normalize_address
from core.db.transactions import use_case

DEFAULTS = ("default_shipping", "default_billing")


@use_case
def save_address(
    *,
    user_id: UUID,
    address: Address,
    default_shipping: bool = False,
    default_billing: bool = False,
) -> SavedAddress:
    """Add an address, in its country's form; the first is the default for shipping and billing.

    Raises `Invalid` when it breaks its country's rules, `AddressBookFull`, and
    `Unauthenticated` for a closed account.
    """
    address = normalize_address(address)
    lock_user(user_id=user_id)
    others = SavedAddress.objects.filter(user_id=user_id)
    count = others.count()
    if count >= MAX_ADDRESSES:
        raise AddressBookFull
    saved = SavedAddress(
        user_id=user_id,
        default_shipping=default_shipping or count == 0,
        default_billing=default_billing or count == 0,
        **address.as_dict(),
    )
    _unset_other_defaults(saved)
    saved.save(force_insert=True)
    return saved


@use_case
def change_address(*, user_id: UUID, address_id: UUID, changes: Mapping[str, Any]) -> SavedAddress:
    """Change the named fields. Raises `AddressNotFound` for someone else's, and `Invalid`."""
    lock_user(user_id=user_id)
    saved = SavedAddress.objects.filter(user_id=user_id, pk=address_id).first()
    if saved is None:
        raise AddressNotFound
    for name in (*ADDRESS_FIELDS, *DEFAULTS):
        setattr(saved, name, changes.get(name, getattr(saved, name)))
    for name, text in normalize_address(saved.as_address()).as_dict().items():
        setattr(saved, name, text)
    _unset_other_defaults(saved)
    saved.save()
    return saved


@use_case
def remove_address(*, user_id: UUID, address_id: UUID) -> None:
    """Delete an address. Raises `AddressNotFound` for someone else's."""
    if not SavedAddress.objects.filter(user_id=user_id, pk=address_id).delete()[0]:
        raise AddressNotFound


def _unset_other_defaults(saved: SavedAddress) -> None:
    """Take the default away from the address that has had it."""
    others = SavedAddress.objects.filter(user_id=saved.user_id).exclude(pk=saved.pk)
    for default in DEFAULTS:
        if getattr(saved, default):
            others.filter(**{default: True}).update(**{default: False})
