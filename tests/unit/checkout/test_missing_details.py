"""What completion needs is what the shop's setting names, and the buyer is told what lacks."""

from __future__ import annotations

import pytest

from checkout.delivery import Delivery
from checkout.domain import missing_details

ADDRESS = {"country_code": "GB"}
ALL = {
    "email": "ada@example.com",
    "buyer/first_name": "Ada",
    "buyer/phone": "1",
    "shipping_address": ADDRESS,
    "shipping_method": "standard",
}


@pytest.mark.parametrize(
    ("needed", "lacking", "codes"),
    [
        ({"email", "name", "address"}, set(), []),
        ({"email", "name", "phone", "address"}, {"buyer/phone"}, ["phone_required"]),
        ({"email", "name", "address"}, {"buyer/phone"}, []),
        ({"email", "name", "address"}, {"buyer/first_name"}, ["name_required"]),
        # An address brings a name along: one is not asked for both.
        (
            {"email", "name", "address"},
            {"email", "buyer/first_name", "shipping_address", "shipping_method"},
            ["email_required", "shipping_address_required", "shipping_method_required"],
        ),
        (
            {"name", "phone"},
            {"email", "buyer/first_name", "buyer/phone", "shipping_address"},
            ["name_required", "phone_required"],
        ),
        (set(), {*ALL} - {"shipping_method"}, []),
        (set(), set(ALL), ["shipping_method_required"]),
    ],
)
def test_what_is_needed_and_lacks_is_named(
    needed: set[str], lacking: set[str], codes: list[str]
) -> None:
    values = {name: value for name, value in ALL.items() if name not in lacking}

    messages = missing_details(values, needed=needed, delivery=Delivery(offered=True))

    assert [message.code for message in messages] == codes
    assert {message.pointer for message in messages} <= {f"/{name}" for name in lacking}
