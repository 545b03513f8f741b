"""What limits a promotion, whom its limits count, and what one purchase uses of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from pricing.domain import Buyer, Offering, Promotion, Rules, Terms
from pricing.domain.codes import KnownCode
from pricing.domain.promotions import Percent
from pricing.domain.usage import Scope, Use, customer_scope, scopes_in, scopes_of, uses_of

SUMMER, WINTER, CODE = (UUID(int=number) for number in (1, 2, 3))
TENTH = Percent(Decimal(10))


def promotion(of: UUID = SUMMER, **limits: object) -> Promotion:
    return Promotion(str(of), "Ten off", TENTH, **limits)


def known(code: str = "TEN", of: UUID = SUMMER, usage_limit: int | None = None) -> KnownCode:
    return KnownCode(code, CODE, of, usage_limit)


def terms(*promotions: Promotion, codes: tuple[KnownCode, ...] = ()) -> Terms:
    at = datetime(2026, 7, 1, tzinfo=UTC)
    return Terms(Rules(promotions=promotions), Buyer(), Offering(), at, codes)


def test_without_limits_nothing_is_counted() -> None:
    assert list(scopes_of(promotion(), known(), "ada")) == []
    assert not Use(promotion(), known()).is_limited
    assert not Use(promotion()).is_limited


def test_a_promotion_a_code_and_each_customer_of_it_are_counted_apart() -> None:
    limited = promotion(usage_limit=100, per_customer_limit=2)

    scopes = list(scopes_of(limited, known(usage_limit=5), "ada"))

    by_ada = customer_scope(SUMMER, "ada")
    assert scopes == [
        Scope(SUMMER, 100, SUMMER, str(SUMMER), "exhausted"),
        Scope(CODE, 5, SUMMER, "TEN", "exhausted"),
        Scope(by_ada, 2, SUMMER, str(SUMMER), "customer_limit_reached"),
    ]


def test_a_limit_of_0_is_a_limit() -> None:
    """An offer that was stopped is not one without a limit."""
    for limits in ({"usage_limit": 0}, {"per_customer_limit": 0}):
        [scope] = scopes_of(promotion(**limits), known(), "ada")
        assert scope.at_most == 0
        assert Use(promotion(**limits)).is_limited
    [scope] = scopes_of(promotion(), known(usage_limit=0), "ada")
    assert scope.at_most == 0
    assert Use(promotion(), known(usage_limit=0)).is_limited


def test_a_code_that_the_shop_does_not_know_counts_nothing() -> None:
    assert list(scopes_of(promotion(), KnownCode("TEN", usage_limit=5), "ada")) == []


def test_a_buyer_not_known_yet_uses_up_no_limit_of_a_customer() -> None:
    assert list(scopes_of(promotion(per_customer_limit=1), None, "")) == []


def test_a_customer_of_a_promotion_is_counted_under_the_name_that_the_database_computes() -> None:
    """PostgreSQL: `md5(promotion_id || ':' || customer_key)::uuid` (`number_slots`)."""
    assert customer_scope(SUMMER, "ada") == UUID("25a60b59-6c65-7d7b-4b37-0738f1bd032f")
    assert customer_scope(SUMMER, "ada") != customer_scope(SUMMER, "bob")
    assert customer_scope(SUMMER, "ada") != customer_scope(WINTER, "ada")


def test_an_automatic_promotion_counts_its_customer() -> None:
    automatic = promotion(per_customer_limit=1)
    found = scopes_in(terms(automatic), "ada")
    assert [each.id for each in found] == [customer_scope(SUMMER, "ada")]
    assert scopes_in(terms(automatic), "") == []


def test_what_can_be_used_up_is_all_that_is_automatic_or_was_asked_for() -> None:
    automatic = promotion(SUMMER, usage_limit=1)
    by_code = promotion(WINTER, automatic=False, usage_limit=2)
    codes = (known("NOPE", UUID(int=9)), known("COLD", WINTER))

    assert [each.name for each in scopes_in(terms(automatic, by_code), "ada")] == [str(SUMMER)]
    found = scopes_in(terms(automatic, by_code, codes=codes), "ada")
    assert [(each.name, each.at_most) for each in found] == [(str(SUMMER), 1), (str(WINTER), 2)]


def test_what_two_codes_share_is_counted_once() -> None:
    by_code = promotion(automatic=False, usage_limit=1, per_customer_limit=1)
    codes = (known("A"), KnownCode("B", UUID(int=4), SUMMER, 7))

    found = scopes_in(terms(by_code, codes=codes), "ada")

    by_ada = customer_scope(SUMMER, "ada")
    assert [(each.id, each.at_most) for each in found] == [
        (SUMMER, 1),
        (by_ada, 1),
        (codes[1].id, 7),
    ]


def test_a_purchase_uses_each_promotion_once_by_the_code_that_was_entered() -> None:
    summer, winter = promotion(SUMMER), promotion(WINTER)
    ten = known("TEN")

    uses = uses_of(
        [(SUMMER, "TEN"), (WINTER, ""), (SUMMER, "TEN")], terms(summer, winter, codes=(ten,))
    )

    assert uses == [Use(summer, ten), Use(winter, None)]
    assert [use.promotion_id for use in uses] == [SUMMER, WINTER]
