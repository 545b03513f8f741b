"""The settings of invoices: when they are due, how they are numbered, and who the seller is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from congocart.environment import Environment
from core.postal import country_with


@dataclass(frozen=True, slots=True)
class Seller:
    """The particulars that the law asks of an invoice; what is empty is not printed."""

    name: str
    street: str
    postal_code: str
    city: str
    country: str
    email: str
    vat_number: str
    registration: str
    iban: str
    footer: str

    @property
    def missing_variables(self) -> list[str]:
        """Return the variables without which an invoice is no electronic one by EN 16931."""
        needed = {
            "CONGOCART_SELLER_NAME": self.name,
            "CONGOCART_SELLER_COUNTRY": self.country,
            "CONGOCART_SELLER_VAT_NUMBER": self.vat_number,
        }
        return [name for name, value in needed.items() if not value]


@dataclass(frozen=True, slots=True)
class InvoiceSettings:
    """When an invoice is due, its series, whose it is, and the folder of templates of the shop's.

    A number's year is that of its day in `zone`; `due_days` is the time to pay.
    """

    due_at: str
    series: str
    credit_series: str
    due_days: int
    seller: Seller
    zone: ZoneInfo
    templates: Path | None


def series(text: str) -> str:
    """Read what numbers begin with: capitals and digits, so that it is a file's name, too."""
    if not re.fullmatch(r"[A-Z0-9]{1,10}", text, re.ASCII):
        raise ValueError(f"is {text!r}; it has to be up to 10 capitals and digits, such as INV.")
    return text


def country(text: str) -> str:
    """Read a country of ISO 3166-1, such as GB."""
    found = country_with(text)
    if found is None:
        raise ValueError(f"is {text!r}; it has to be a country, such as GB.")
    return found.code


def invoice_settings(
    env: Environment, *, zone: ZoneInfo, templates: Path | None
) -> InvoiceSettings:
    """Read them from the environment."""
    return InvoiceSettings(
        due_at=env.str("CONGOCART_INVOICE_AT", "paid", one_of=("placed", "paid", "fulfilled")),
        series=env.parsed("CONGOCART_INVOICE_SERIES", "INV", series),
        credit_series=env.parsed("CONGOCART_CREDIT_NOTE_SERIES", "CN", series),
        due_days=env.days("CONGOCART_INVOICE_DUE_DAYS", 14),
        seller=Seller(
            name=env.str("CONGOCART_SELLER_NAME", ""),
            street=env.str("CONGOCART_SELLER_STREET", ""),
            postal_code=env.str("CONGOCART_SELLER_POSTAL_CODE", ""),
            city=env.str("CONGOCART_SELLER_CITY", ""),
            country=env.parsed("CONGOCART_SELLER_COUNTRY", "", country),
            email=env.str("CONGOCART_SELLER_EMAIL", ""),
            vat_number=env.str("CONGOCART_SELLER_VAT_NUMBER", ""),
            registration=env.str("CONGOCART_SELLER_REGISTRATION", ""),
            iban=env.str("CONGOCART_SELLER_IBAN", ""),
            footer=env.str("CONGOCART_INVOICE_FOOTER", ""),
        ),
        zone=zone,
        templates=templates,
    )
