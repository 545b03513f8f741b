"""What the steps of a program are drawn from, and the values that services take for them."""

from __future__ import annotations

from hypothesis import strategies as st

from checkout.domain import Details
from core.address import Address
from core.items import ItemRequest
from core.money import Money
from tests.shop import ADDRESS

SKUS = ["SKU-0", "SKU-1", "SKU-2"]

which = st.integers(0, 2)  # 0 is the newest
skus = st.sampled_from(SKUS)
units = st.integers(1, 4)
baskets = st.dictionaries(skus, units, min_size=1, max_size=3)
methods = st.sampled_from([*["standard"] * 5, "express", "express", None])
means = st.sampled_from(
    ["manual", *["tok_success"] * 3, "tok_decline", "tok_requires_action", "tok_timeout"]
)
payments = st.none() | means
edits = st.sampled_from(["add", "replace", "change"])
sometimes = st.sampled_from([False, False, False, True])

news = st.sampled_from(["captured", "captured", "authorized", "declined", "voided"])


def requested(basket: dict[str, int]) -> list[ItemRequest]:
    return [ItemRequest(sku, count) for sku, count in basket.items()]


def details(method: str | None, email: str | None) -> Details:
    return {"email": email, "shipping_address": Address(**ADDRESS), "shipping_method": method}


def pounds(amount: int | None) -> Money | None:
    return None if amount is None else Money(amount, "GBP")
