"""Every reason has a sentence that says what to do or why it is in vain."""

from __future__ import annotations

import pytest

from pricing.domain import Reason, RejectedPromotion
from pricing.domain.words import detail_of


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(reason: Reason) -> None:
    sentence = detail_of(RejectedPromotion(reason, "SPRING", "1", "Spring sale", 5), "GBP")

    assert sentence[0].isupper() or sentence.startswith("“Spring sale”")
    assert sentence.endswith(".")
    assert ("Spring sale" in sentence) is (reason is not Reason.UNKNOWN_CODE)
    assert "{" not in sentence


@pytest.mark.parametrize(
    ("reason", "missing", "currency", "sentence"),
    [
        ("minimum_not_met", 12_50, "GBP", "Spend £12.50 more to get “Free shipping”."),
        ("minimum_not_met", 500, "JPY", "Spend JP¥500 more to get “Free shipping”."),
        ("minimum_not_met", 1_500, "KWD", "Spend KWD1.500 more to get “Free shipping”."),
        ("quantity_not_met", 1, "GBP", "Add 1 more item to get “Free shipping”."),
        ("quantity_not_met", 2, "GBP", "Add 2 more items to get “Free shipping”."),
        ("currency_mismatch", None, "EUR", "“Free shipping” is not available in EUR."),
    ],
)
def test_what_is_missing_is_said_in_the_baskets_currency(
    reason: str, missing: int | None, currency: str, sentence: str
) -> None:
    near = RejectedPromotion(Reason(reason), id="1", title="Free shipping", missing=missing)
    assert detail_of(near, currency) == sentence


def test_an_unknown_code_is_repeated_as_it_was_entered() -> None:
    rejected = RejectedPromotion(Reason.UNKNOWN_CODE, "{name}%s")
    assert detail_of(rejected, "GBP") == "There is no code {name}%s."


def test_a_code_whose_promotion_is_gone_is_named_itself() -> None:
    rejected = RejectedPromotion(Reason.NOT_ACTIVE, "SPRING", "1")
    assert detail_of(rejected, "GBP") == "“SPRING” is not available any more."
