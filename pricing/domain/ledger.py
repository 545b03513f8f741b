"""A price as a ledger: entries that say what each amount is, and of what; totals are their sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import compress, groupby, repeat
from operator import attrgetter
from typing import Any, NamedTuple


class Kind(StrEnum):
    """What an entry is about."""

    PRICE = "price"  # units at their price, before any discount
    SHIPPING = "shipping"  # the chosen way to deliver, before any discount
    DISCOUNT = "discount"  # off the units or, of shipping, off its price
    TAX = "tax"  # on what is left, or in it where prices include it


class Entry(NamedTuple):
    """One amount in minor units, never negative; `kind` says which way it counts.

    `sku` is the line that it belongs to, None of shipping. `source` names what it comes from:
    a promotion's id, a tax rate, a shipping method. Of a tax, `rate` 0.2 is twenty percent and
    `base` the amount that was taxed. `code` is the code by which a promotion was asked for.
    """

    kind: Kind
    sku: str | None
    amount: int
    source: str = ""
    title: str = ""
    code: str = ""
    rate: Decimal | None = None
    base: int | None = None

    def as_discount(self) -> dict[str, Any]:
        """As a line keeps what was taken off it."""
        return {
            "promotion": self.source,
            "title": self.title,
            "code": self.code,
            "amount": self.amount,
        }

    def as_tax(self) -> dict[str, Any]:
        """As a line keeps the tax on it."""
        return {
            "title": self.title,
            "rate": str(self.rate),
            "base": self.base,
            "amount": self.amount,
            "source": self.source,
        }


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line's amounts in minor units with the entries that they are the sums of."""

    sku: str
    subtotal: int
    discount: int
    tax: int
    discounts: tuple[Entry, ...] = ()
    taxes: tuple[Entry, ...] = ()

    @property
    def total(self) -> int:
        """What its units cost after discount, in the terms of its price."""
        return self.subtotal - self.discount


@dataclass(frozen=True, slots=True)
class Totals:
    """The five totals that a buyer sees, in minor units; `shipping` is after its discount."""

    subtotal: int
    discount: int
    shipping: int
    tax: int
    tax_included: bool = False

    @property
    def total(self) -> int:
        """What is charged."""
        added = 0 if self.tax_included else self.tax
        return self.subtotal - self.discount + self.shipping + added


@dataclass(frozen=True, slots=True)
class AppliedPromotion:
    """A promotion that took something off: `amount` in minor units, and its `entries`."""

    id: str
    title: str
    code: str
    amount: int
    entries: tuple[Entry, ...]

    @classmethod
    def of(
        cls,
        promotion_id: str,
        title: str,
        code: str,
        skus: Sequence[str | None],
        amounts: Sequence[int],
    ) -> AppliedPromotion:
        """Return what takes these amounts, which may be 0, off the lines, or off shipping.

        Of such entries a ledger has many times more than of all others. They are made as the
        tuples that they are, in one go: to call `Entry` for each takes twice as long.
        """
        rows = zip(
            repeat(Kind.DISCOUNT),
            compress(skus, amounts),
            filter(None, amounts),
            *map(repeat, (promotion_id, title, code, None, None)),
        )
        entries = tuple(map(tuple.__new__, repeat(Entry), rows))
        return cls(promotion_id, title, code, sum(amounts), entries)

    @property
    def allocations(self) -> list[tuple[str | None, int]]:
        """What came off each line, by its SKU, and off shipping, under None."""
        return [(entry.sku, entry.amount) for entry in self.entries]


class Reason(StrEnum):
    """Why a promotion takes nothing off. Clients branch on these; none is ever renamed."""

    UNKNOWN_CODE = "unknown_code"
    NOT_ACTIVE = "not_active"  # withdrawn by the shop
    EXHAUSTED = "exhausted"  # used as often as it can be
    CUSTOMER_LIMIT_REACHED = "customer_limit_reached"  # by this buyer
    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    WEEKDAY_NOT_ELIGIBLE = "weekday_not_eligible"
    CUSTOMER_NOT_ELIGIBLE = "customer_not_eligible"  # not of a group that it is for
    NOT_FIRST_ORDER = "not_first_order"
    COUNTRY_UNKNOWN = "country_unknown"  # bound to countries, and no address yet
    COUNTRY_NOT_ELIGIBLE = "country_not_eligible"
    CURRENCY_MISMATCH = "currency_mismatch"
    NO_MATCHING_ITEMS = "no_matching_items"
    MINIMUM_NOT_MET = "minimum_not_met"  # `missing` minor units
    QUANTITY_NOT_MET = "quantity_not_met"  # `missing` units
    SHIPPING_NOT_CHOSEN = "shipping_not_chosen"  # nothing that it could be taken off yet
    NOT_COMBINABLE = "not_combinable"  # with one that applies
    NO_EFFECT = "no_effect"  # nothing is left, or the price is as low already


@dataclass(frozen=True, slots=True)
class RejectedPromotion:
    """A code, or a promotion that nearly applied, and why it took nothing off.

    `missing` is what would make it apply: minor units or units, by reason.
    """

    reason: Reason
    code: str = ""
    id: str = ""
    title: str = ""
    missing: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the price is what it is: the codes as submitted, what applied, and what did not.

    `rejected` has each submitted code that took nothing off; `near` the promotions without a
    code of which only a little is missing.
    """

    submitted: tuple[str, ...] = ()
    applied: tuple[AppliedPromotion, ...] = ()
    rejected: tuple[RejectedPromotion, ...] = ()
    near: tuple[RejectedPromotion, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of a basket: all entries, their sums, and each line's in the basket's order."""

    entries: tuple[Entry, ...]
    lines: tuple[PricedLine, ...]
    totals: Totals
    explanation: Explanation = Explanation()

    @property
    def taxes(self) -> list[dict[str, Any]]:
        """The tax of each rate on the whole, shipping included."""
        return taxes_by_rate(entry.as_tax() for entry in self.entries if entry.kind is Kind.TAX)

    @property
    def shipping_taxes(self) -> list[Entry]:
        """The taxes on shipping."""
        return [entry for entry in self.entries if entry.sku is None and entry.kind is Kind.TAX]


def quote_of(
    entries: Sequence[Entry],
    *,
    skus: Sequence[str],
    tax_included: bool,
    explanation: Explanation = Explanation(),
) -> Quote:
    """Add entries up: the totals and the lines are nothing but their sums."""
    found: dict[Kind, defaultdict[str | None, list[Entry]]] = {
        kind: defaultdict(list) for kind in Kind
    }
    for kind, together in groupby(entries, attrgetter("kind")):
        of_kind = found[kind]
        for entry in together:
            of_kind[entry.sku].append(entry)
    prices, discounts, taxes = found[Kind.PRICE], found[Kind.DISCOUNT], found[Kind.TAX]
    lines = tuple(
        PricedLine(
            sku=sku,
            subtotal=_sum(prices[sku]),
            discount=_sum(discounts[sku]),
            tax=_sum(taxes[sku]),
            discounts=tuple(discounts[sku]),
            taxes=tuple(taxes[sku]),
        )
        for sku in skus
    )
    totals = Totals(
        subtotal=sum(line.subtotal for line in lines),
        discount=sum(line.discount for line in lines),
        shipping=_sum(found[Kind.SHIPPING][None]) - _sum(discounts[None]),
        tax=sum(line.tax for line in lines) + _sum(taxes[None]),
        tax_included=tax_included,
    )
    return Quote(tuple(entries), lines, totals, explanation)


def _sum(entries: Sequence[Entry]) -> int:
    return sum(map(attrgetter("amount"), entries))


def taxes_by_rate(taxes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Add up taxes, as they are kept, that have their rate, title and source in common."""
    summed: dict[tuple[Any, ...], dict[str, Any]] = {}
    for tax in taxes:
        first = summed.setdefault(
            (tax["rate"], tax["title"], tax["source"]), {**tax, "base": 0, "amount": 0}
        )
        first["base"] += tax["base"]
        first["amount"] += tax["amount"]
    return list(summed.values())
