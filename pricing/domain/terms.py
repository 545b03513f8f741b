"""What one buyer is priced by at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pricing.domain.basket import Buyer, EnteredCode
from pricing.domain.codes import KnownCode
from pricing.domain.price_lists import Offering
from pricing.domain.quote import Rules


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules for a buyer at `at`, which prices they get, and what their codes stand for.

    Rules and prices agree on whether tax is included.
    """

    rules: Rules
    buyer: Buyer
    offering: Offering
    at: datetime
    codes: Sequence[KnownCode] = ()

    @property
    def entered(self) -> tuple[EnteredCode, ...]:
        """The codes as a basket has them."""
        return tuple(known.entered for known in self.codes)
