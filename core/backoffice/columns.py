"""Columns that show values in a readable form, in lists and on pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Model
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from core.address import ADDRESS_FIELDS
from core.money import format_money

Column = Callable[[Any, Any], Any]


def money(field: str, *, currency: str = "currency", label: str = "") -> Column:
    """Build a column that shows minor units as money.

    `field` and `currency` are dotted attributes of the row.
    """
    amount_of, currency_of = attrgetter(field), attrgetter(currency)

    @display(
        description=label or field.replace("_", " ").capitalize(), ordering=field.replace(".", "__")
    )
    def column(admin: Any, row: Model) -> str:
        return format_money(amount_of(row), currency_of(row))

    return column


def prices_text(amounts: Mapping[str, int], *, prefix: str = "") -> str:
    """Return minor units by currency as money, the shop's own currency first."""
    own = settings.DEFAULT_CURRENCY
    codes = sorted(amounts, key=lambda code: (code != own, code))
    return ", ".join(prefix + format_money(amounts[code], code) for code in codes) or "–"


def text(field: str, *, label: str) -> Column:
    """Build a column with another label; `field` is a dotted attribute of the row."""
    value_of = attrgetter(field)

    @display(description=label, ordering=field.replace(".", "__"))
    def column(admin: Any, row: Model) -> object:
        value = value_of(row)
        return "–" if value is None else value

    return column


def status(field: str, colors: Mapping[str, str], *, label: str = "") -> Column:
    """Build a column that shows a status as a colored label.

    `colors` maps a status to `success`, `info`, `warning` or `danger`; others are gray.
    """

    @display(
        description=label or field.replace("_", " ").capitalize(),
        ordering=field,
        label=dict(colors),
    )
    def column(admin: Any, row: Model) -> tuple[str, str]:
        return getattr(row, field), getattr(row, f"get_{field}_display")()

    return column


def link(model: str, *, pk: str, text: str, label: str, empty: str = "–") -> Column:
    """Build a column that links to the admin page of a row of `model`, like `orders.order`.

    `pk` and `text` are dotted attributes of the row; `empty` is shown when the key is None.
    """
    pk_of, text_of = attrgetter(pk), attrgetter(text)

    @display(description=label, ordering=text.replace(".", "__"))
    def column(admin: Any, row: Model) -> str:
        key = pk_of(row)
        return empty if key is None else link_to(model, key, text_of(row))

    return column


def address(field: str) -> Column:
    """Build a column that shows a postal address on several lines."""

    @display(description=field.replace("_", " ").capitalize())
    def column(admin: Any, row: Model) -> str:
        return address_lines(getattr(row, field) or {})

    return column


def address_lines(values: Mapping[str, str]) -> str:
    """Return a stored address as text, without empty fields."""
    name = name_of(values)
    rest = [values.get(field, "") for field in ADDRESS_FIELDS[2:]]
    return "\n".join(filter(None, [name, *rest])) or "–"


def buyer(field: str = "buyer") -> Column:
    """Build a column that shows name and phone number of a buyer on lines of their own."""

    @display(description="Buyer", empty_value="–")
    def column(admin: Any, row: Model) -> str:
        return buyer_lines(getattr(row, field))

    return column


def buyer_lines(values: Mapping[str, str]) -> str:
    """Return name and phone number on lines of their own."""
    return "\n".join(filter(None, [name_of(values), values.get("phone")]))


def consents(field: str = "consents") -> Column:
    """Build a column that shows what a buyer has agreed to, a line for each change."""

    @display(description="Consent", empty_value="–")
    def column(admin: Any, row: Model) -> str:
        return "\n".join(map(consent_line, getattr(row, field)))

    return column


def consent_line(consent: Mapping[str, Any]) -> str:
    """Return `29 Nov 2026 12:00 UTC: marketing yes, terms no (checkout, 2026-10)`."""
    moment = datetime.fromisoformat(consent["given_at"])
    given = ", ".join(
        f"{name} {'yes' if consent[name] else 'no'}"
        for name in ("marketing", "terms")
        if name in consent
    )
    asked = ", ".join(filter(None, (consent.get("source"), consent.get("text"))))
    return f"{moment:%d %b %Y %H:%M} UTC: {given}{f' ({asked})' if asked else ''}"


def name_of(address: Mapping[str, str]) -> str:
    """Return the name on a stored address, or of a stored buyer."""
    return " ".join(filter(None, (address.get("first_name"), address.get("last_name"))))


def link_to(model: str, pk: UUID | int | str, text: object) -> SafeString:
    """Return a link to the admin page of one row; `model` is a label like `orders.order`."""
    app, name = model.split(".")
    url = reverse(f"admin:{app}_{name}_change", args=[pk])
    return format_html('<a class="text-link" href="{}">{}</a>', url, text)


def back_to(model: str, pk: UUID | int | str) -> HttpResponse:
    """Return the response that closes a dialog on a row's page and reloads the page."""
    app, name = model.split(".")
    return HttpResponse(headers={"HX-Redirect": reverse(f"admin:{app}_{name}_change", args=[pk])})


def pairs(values: Mapping[str, Any]) -> SafeString:
    """Return a flat JSON object as `name: value` lines."""
    return format_html_join("", "<div>{}: {}</div>", values.items())
