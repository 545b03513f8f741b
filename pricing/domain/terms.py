"""What one buyer is priced by at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pricing.domain.basket import Buyer
from pricing.domain.price_lists import Offering
from pricing.domain.quote import Rules


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules for a buyer at `at`, and which prices they get; both agree on tax."""

    rules: Rules
    buyer: Buyer
    offering: Offering
    at: datetime
