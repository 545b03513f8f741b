"""What everyone is asked for variants, and what has to be told beside a reduced price."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import CharField, Exists, Q
from django.db.models.functions import Greatest

from catalog.models import ListPrice, PriceChange
from core.db.statements import Parameter
from inventory.selectors import LAPSED_RESERVATIONS
from pricing.domain import (
    ListHistory,
    PriceHistory,
    PriceList,
    RegularPrice,
    lowest_before_reduction,
)
from pricing.models import PriceListChange

# SQL that changes when time alone changes what is for sale or what it costs: a reservation lapses,
# a list or one of its prices begins, a list ends.
CLOCK = (
    f"SELECT concat_ws(' ', ({LAPSED_RESERVATIONS}),"  # noqa: S608 - a constant
    " (SELECT max(starts_at) FROM catalog_listprice WHERE starts_at <= statement_timestamp()),"
    " (SELECT count(*) FILTER (WHERE starts_at <= statement_timestamp())"
    " + count(*) FILTER (WHERE ends_at <= statement_timestamp()) FROM pricing_pricelist))"
)
_EVERYONE = Q(customer_group="")


@dataclass(frozen=True, slots=True)
class ShownPrice:
    """A price of one unit in minor units; `lowest` is that of the 30 days before a reduction."""

    amount: int | None
    compare_at: int | None = None
    lowest: int | None = None


def has_lists_for_everyone() -> Exists:
    """Return an expression: whether there ever was a list for everyone in `currency`."""
    currency = Parameter("currency", CharField(), "varchar")
    return Exists(PriceListChange.objects.filter(_EVERYONE, price_list__currency=currency))


def shown_prices(
    regular: Mapping[UUID, RegularPrice], *, currency: str, has_lists: bool, now: datetime
) -> dict[UUID, ShownPrice]:
    """Return what everyone is asked for variants, by their ids, of which `regular` is known.

    One statement when one of them is reduced, two more when there are lists for everyone, none
    otherwise; the same for any number of variants.
    """
    lists = _lists_of(regular.keys(), currency=currency, now=now) if has_lists else {}

    def history(pk: UUID, changes: Sequence[tuple[datetime, RegularPrice]]) -> PriceHistory:
        return PriceHistory(currency, settings.PRICES_INCLUDE_TAX, changes, lists.get(pk, ()))

    prices = {}
    for pk, price in regular.items():
        shown = history(pk, [(now, price)]).shown_at(now) if pk in lists else price
        prices[pk] = ShownPrice(shown.amount, shown.before)
    reduced = [pk for pk, price in prices.items() if price.compare_at is not None]
    for pk, changes in _changes_of(reduced, currency=currency).items():
        # The database's clock may be ahead of this one.
        until = max(now, changes[-1][0])
        lowest = lowest_before_reduction(history(pk, changes).shown_until(until))
        prices[pk] = replace(prices[pk], lowest=lowest)
    return prices


def _changes_of(
    variant_ids: Collection[UUID], *, currency: str
) -> dict[UUID, list[tuple[datetime, RegularPrice]]]:
    """Return the regular prices that variants have had; no statement without any."""
    changes: dict[UUID, list[tuple[datetime, RegularPrice]]] = defaultdict(list)
    if variant_ids:
        rows = PriceChange.objects.filter(variant__in=variant_ids, currency=currency)
        for pk, since, *price in rows.order_by("starts_at").values_list(
            "variant_id", "starts_at", "amount", "compare_at"
        ):
            changes[pk].append((since, RegularPrice(*price)))
    return changes


def _lists_of(
    variant_ids: Collection[UUID], *, currency: str, now: datetime
) -> dict[UUID, list[ListHistory]]:
    """Return what lists for everyone say of one unit of each variant; two statements.

    All lists are there for each: one with another tax than the shop's takes the regular price
    from those that it does not have.
    """
    terms: dict[UUID, list[tuple[datetime, PriceList | None]]] = defaultdict(list)
    changes = PriceListChange.objects.filter(price_list__currency=currency).order_by("at", "id")
    for row in changes.select_related("price_list"):
        for_everyone = row.active and not row.customer_group
        terms[row.price_list_id].append((row.at, row.as_price_list() if for_everyone else None))
    found: dict[UUID, dict[UUID, list[tuple[datetime, int | None]]]] = defaultdict(dict)
    rows = (
        ListPrice.objects.filter(variant__in=variant_ids, price_list__in=terms.keys())
        .filter(min_quantity=1, starts_at__lte=now)
        .annotate(since=Greatest("starts_at", "created_at"))
        .order_by("starts_at")
    )
    for pk, list_id, since, amount in rows.values_list(
        "variant_id", "price_list_id", "since", "amount"
    ):
        found[pk].setdefault(list_id, []).append((since, amount))
    return {
        pk: [ListHistory(said, found[pk].get(list_id, [])) for list_id, said in terms.items()]
        for pk in variant_ids
    }
