"""Any tax service that speaks a small JSON protocol, described in docs/taxes.md."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.errors import Invalid
from core.outbound import CallFailed, post_json, require_public_url
from pricing.domain import Destination, TaxRate
from pricing.providers.base import TaxProviderFailed

MAX_RATES = 10
_RATE = re.compile(r"0(\.\d{1,6})?|1(\.0{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class HttpTaxProvider:
    """A service at a URL that the operator has set, asked with a bearer token if there is one."""

    url: str
    token: str
    seconds: float

    def rates(
        self, place: Destination, tax_classes: Collection[str], day: date
    ) -> Mapping[str, tuple[TaxRate, ...]]:
        """Ask for all classes at once. Raises `TaxProviderFailed`."""
        question = {
            "country": place.country,
            "region": place.region,
            "postal_code": place.postal_code,
            "date": day.isoformat(),
            "tax_classes": sorted(tax_classes),
        }
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            # The operator has set the URL, which may be inside of their network.
            target = require_public_url(self.url, insecure=True)
            answer = post_json(target, question, headers=headers, seconds=self.seconds)
        except (CallFailed, Invalid) as error:
            raise TaxProviderFailed(str(error)) from None
        return _rates_in(answer, tax_classes)


def _rates_in(answer: Any, tax_classes: Collection[str]) -> dict[str, tuple[TaxRate, ...]]:
    """Read `{"rates": {"standard": [{"title": "Sales tax", "rate": "0.08875"}]}}`."""
    by_class = answer.get("rates") if isinstance(answer, dict) else None
    if not isinstance(by_class, dict):
        raise TaxProviderFailed("The answer has no rates.")
    if missing := [name for name in sorted(tax_classes) if name not in by_class]:
        raise TaxProviderFailed(f"The answer lacks the tax class {missing[0]}.")
    for name in tax_classes:
        if not isinstance(by_class[name], list) or len(by_class[name]) > MAX_RATES:
            raise TaxProviderFailed(f"The rates of {name} are no list of {MAX_RATES} at most.")
    return {name: tuple(_rate_of(name, row) for row in by_class[name]) for name in tax_classes}


def _rate_of(tax_class: str, row: Any) -> TaxRate:
    match row:
        case {"title": str(title), "rate": str(rate)} if (
            0 < len(title) <= 100 and "\0" not in title
        ):
            if _RATE.fullmatch(rate):
                return TaxRate(Decimal(rate), title)
    raise TaxProviderFailed(f"A rate of {tax_class} has no title, or no rate like 0.2.")
