"""What a refund gives back: exact shares of what was charged; the last is the exact rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TypeVar

from core.money import split

K = TypeVar("K", bound=Hashable)

_HALF = Fraction(1, 2)
_NOTHING_SHORT: Mapping[Hashable, Fraction] = {}


@dataclass(frozen=True, slots=True)
class Charge:
    """What was charged for a line or for shipping, or a share of it, in minor units.

    `discounts` came off `price`; `taxes` are on what is left of it, or in it where `tax_included`.
    Each has one of `bases`, the amounts that were taxed, and one of `rates`, which tells it from
    others; without them it is its place that does.
    """

    price: int
    discounts: tuple[int, ...] = ()
    taxes: tuple[int, ...] = ()
    bases: tuple[int, ...] = ()
    tax_included: bool = False
    rates: tuple[Hashable, ...] = ()

    @property
    def discount(self) -> int:
        """All that came off the price."""
        return sum(self.discounts)

    @property
    def tax(self) -> int:
        """The tax of all rates."""
        return sum(self.taxes)

    @property
    def amount(self) -> int:
        """What was paid: its price after discounts, with tax."""
        return self.price - self.discount + (0 if self.tax_included else self.tax)

    def of_units(self, units: int, left: int) -> Charge:
        """Return the share of the next `units` of those that are `left`, each part rounded down.

        Of the price never more than keeps it above the discounts that remain.
        """
        discounts = tuple(part * units // left for part in self.discounts)
        taxes = tuple(part * units // left for part in self.taxes)
        most = self.price - self.discount + sum(discounts)
        return self._share(min(self.price * units // left, most), discounts, taxes)

    def of_amount(self, amount: int, short: Mapping[Hashable, Fraction] = _NOTHING_SHORT) -> Charge:
        """Return the share that comes to exactly `amount`, which is at most all there is.

        Its taxes are in proportion, rounded half up, so that no part is more than there is of it.
        `short` is what shares of other charges were rounded short by, of each rate.
        """
        if amount == self.amount:
            return self
        taxes = self._taxes_of(amount, short)
        charged = amount if self.tax_included else amount - sum(taxes)
        net = self.price - self.discount
        discounts = tuple(part * charged // net if net else 0 for part in self.discounts)
        return self._share(charged + sum(discounts), discounts, taxes)

    def short_of(self, share: Charge) -> dict[Hashable, Fraction]:
        """Return what the taxes of a share by amount were rounded short by, of each rate."""
        exact = self._exact_taxes_of(share.amount)
        short: dict[Hashable, Fraction] = {}
        for rate, tax, rounded in zip(self._rates, exact, share.taxes, strict=True):
            short[rate] = short.get(rate, Fraction(0)) + tax - rounded
        return short

    def _exact_taxes_of(self, amount: int) -> list[Fraction]:
        whole = self.amount or 1
        return [Fraction(tax * amount, whole) for tax in self.taxes]

    @property
    def _rates(self) -> Sequence[Hashable]:
        return self.rates or range(len(self.taxes))

    def _taxes_of(self, amount: int, short: Mapping[Hashable, Fraction]) -> tuple[int, ...]:
        """Round the taxes of an amount; neither they nor what is left of them exceed the rest."""
        exact = self._exact_taxes_of(amount)
        wanted = [tax + short.get(rate, 0) for tax, rate in zip(exact, self._rates, strict=True)]
        taxes = [
            min(whole, max(0, floor(tax + _HALF)))
            for tax, whole in zip(wanted, self.taxes, strict=True)
        ]
        off = sum(taxes) - min(amount, max(sum(taxes), amount + self.tax - self.amount))
        for _ in range(abs(off)):
            step = 1 if off < 0 else -1
            _, place = max((step * (exact[n] - tax), n) for n, tax in enumerate(taxes))
            taxes[place] += step
        return tuple(taxes)

    def _share(self, price: int, discounts: tuple[int, ...], taxes: tuple[int, ...]) -> Charge:
        """Make a share; what was taxed of it is in proportion to what was charged for it."""
        net, charged = self.price - self.discount, price - sum(discounts)
        bases = tuple(base * charged // net if net else 0 for base in self.bases)
        return Charge(price, discounts, taxes, bases, self.tax_included, self.rates)

    def __add__(self, other: Charge) -> Charge:
        return self._by_part(other, 1)

    def __sub__(self, other: Charge) -> Charge:
        return self._by_part(other, -1)

    def _by_part(self, other: Charge, sign: int) -> Charge:
        """Add or take off another share of the same charge, part by part."""
        return Charge(
            self.price + sign * other.price,
            _each(self.discounts, other.discounts, sign),
            _each(self.taxes, other.taxes, sign),
            _each(self.bases, other.bases, sign),
            self.tax_included,
            self.rates,
        )


def _each(parts: tuple[int, ...], others: tuple[int, ...], sign: int) -> tuple[int, ...]:
    return tuple(part + sign * other for part, other in zip(parts, others, strict=True))


def shares_of(
    rests: Mapping[K, Charge], units: Mapping[K, tuple[int, int]], amount: int | None
) -> dict[K, Charge]:
    """Return what a refund gives back of each charge, where it gives back anything.

    `rests` is what earlier refunds have left of each. `units` are the units that come back, and
    of how many that were left. `amount`, in minor units, is what they are refunded with, None:
    what they are worth. Less is a part of their worth; more, or an amount without units, is a
    part of everything else that is left, as far as that goes.
    """
    shares = {key: rests[key].of_units(*counted) for key, counted in units.items()}
    worth = sum(share.amount for share in shares.values())
    if amount is None or amount == worth:
        return shares
    if amount < worth:
        return _split(amount, shares)
    others = {key: rest - shares[key] if key in shares else rest for key, rest in rests.items()}
    beyond = min(amount - worth, sum(rest.amount for rest in others.values()))
    for key, part in _split(beyond, others).items():
        if part.amount:
            shares[key] = shares[key] + part if key in shares else part
    return shares


def _split(amount: int, charges: Mapping[K, Charge]) -> dict[K, Charge]:
    """Split an amount, at most all of it, over charges in proportion to what was paid for them.

    What rounding takes from the taxes of one charge is made up for by the next of the same rate,
    so that all of a rate are those of the whole amount, however many charges it is split over.
    """
    parts = split(amount, [charge.amount for charge in charges.values()])
    short: dict[Hashable, Fraction] = defaultdict(Fraction)
    shares: dict[K, Charge] = {}
    for (key, charge), part in zip(charges.items(), parts, strict=True):
        shares[key] = charge.of_amount(part, short)
        for rate, fraction in charge.short_of(shares[key]).items():
            short[rate] += fraction
    return shares
