"""What CongoCart requires of a tax service."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Protocol

from pricing.domain import Destination, TaxRate


class TaxProviderFailed(Exception):
    """The service gave no usable answer; the message says why, and nothing personal."""


class TaxProvider(Protocol):
    """A service that knows which rates hold at an address.

    It gives rates, not amounts: the shop's pure function computes and rounds, so that a price is
    the same when it is explained, edited and refunded.
    """

    def rates(
        self, place: Destination, tax_classes: Collection[str], day: date
    ) -> Mapping[str, tuple[TaxRate, ...]]:
        """Return the rates of each tax class at a place on a day, none where it is not taxed.

        Takes a bounded time. Raises `TaxProviderFailed`.
        """
