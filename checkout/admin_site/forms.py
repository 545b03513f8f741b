"""A draft order as staff type it, on the phone."""

from __future__ import annotations

from typing import Any, cast

from babel import Locale
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from carts.admin_site.forms import ItemsField, line, parts_between_commas
from checkout.domain import Details
from checkout.models import DraftOrder
from checkout.selectors import DraftView, buyer_of
from checkout.services import DraftChanges
from core.address import Address, normalize_address
from core.backoffice.forms import LinesField, known_currency
from core.buyer import require_phone
from core.email_address import normalize_email
from core.errors import Invalid
from core.money import Money, format_money
from core.postal import country_codes
from pricing.domain import vat_number_of

_PLACE = ("company", "line1", "line2", "city", "region", "postal_code", "country_code")
_NAMES = ("first_name", "last_name")
_MOST = 2**31 - 1


def _countries() -> list[tuple[str, str]]:
    names = Locale("en").territories
    found = [(code, f"{names.get(code, code)} ({code})") for code in country_codes()]
    return [("", "Not known yet"), *sorted(found, key=lambda choice: choice[1])]


def _languages() -> list[tuple[str, str]]:
    return [
        (code, Locale.parse(code, sep="-").english_name or code) for code in settings.SHOP_LANGUAGES
    ]


class DraftForm(forms.Form):
    """What the buyer wants, who they are, and where it goes."""

    items = ItemsField()
    codes = line("Promotion codes", help_text="Separated by commas.")
    email = forms.EmailField(
        required=False, max_length=254, widget=UnfoldAdminEmailInputWidget,
        help_text="The order's e-mails go there, and the link by which the buyer pays.",
    )  # fmt: skip
    language = forms.ChoiceField(
        widget=UnfoldAdminSelectWidget, help_text="That e-mails are written in."
    )
    first_name = line("First name")
    last_name = line("Last name")
    phone = line("Phone")
    company = line("Company")
    line1 = line("Address line 1")
    line2 = line("Address line 2")
    city = line("City")
    region = line("Region")
    postal_code = line("Postal code")
    country_code = forms.ChoiceField(
        label="Country", required=False, widget=UnfoldAdminSelectWidget
    )
    shipping_method = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    vat_number = line("VAT number", help_text="Of a business in the EU, with its prefix.")
    note = LinesField(
        required=False,
        max_length=2_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="For colleagues; the buyer does not see it.",
    )

    def __init__(
        self, data: Any = None, *, found: DraftView | None = None, typed: Any = None
    ) -> None:
        super().__init__(data, initial={**initial_of(found), **(typed or {})})
        self.found = found
        fields = cast("dict[str, Any]", self.fields)
        fields["country_code"].choices = _countries()
        fields["language"].choices = _languages()
        offers = found.view.checkout.shipping_offers if found else []
        fields["shipping_method"].choices = [("", "Not chosen")] + [
            (offer["code"], _offer_in_words(offer, found)) for offer in offers
        ]
        if not offers:
            fields["shipping_method"].help_text = "The ways to deliver are here once it is saved."

    def clean_email(self) -> str:
        """Return the address in the form in which it is stored."""
        return normalize_email(self.cleaned_data["email"])

    def clean_vat_number(self) -> str:
        """Return the number in the form in which it is stored."""
        try:
            return vat_number_of(text) if (text := self.cleaned_data["vat_number"]) else ""
        except Invalid as refusal:
            raise ValidationError(refusal.detail) from None

    def clean(self) -> dict[str, Any]:
        """Make the postal address; refuse it, and the phone number, beside their fields."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["address"] = None
        try:
            require_phone({"phone": cleaned.get("phone")}, "")
            if any(cleaned.get(name) for name in _PLACE):
                given = {name: cleaned.get(name, "") for name in (*_NAMES, *_PLACE)}
                full = "address" in settings.CHECKOUT_REQUIRES
                cleaned["address"] = normalize_address(Address(**given), full=full)
        except Invalid as refusal:
            for error in refusal.errors:
                name = error.pointer.removeprefix("/")
                self.add_error(name if name in self.fields else None, error.detail)
        return cleaned

    @property
    def is_changed(self) -> bool:
        """Whether anything is otherwise than it is stored."""
        return bool(self.changed_data)

    def changes(self) -> DraftChanges:
        """Return what the form says, once it is valid; what it leaves alone stays."""
        values = self.cleaned_data
        details: Details = {
            "email": values["email"],
            "language": values["language"],
            "vat_number": values["vat_number"] or None,
            "buyer": {
                "first_name": values["first_name"],
                "last_name": values["last_name"],
                "phone": values["phone"],
            },
        }
        if self.found or values["address"]:  # else a customer's own
            details["shipping_address"] = values["address"]
        if "shipping_method" in self.changed_data:
            details["shipping_method"] = values["shipping_method"] or None
        return DraftChanges(
            details,
            values["items"] if "items" in self.changed_data else (),
            parts_between_commas(values["codes"]),
            values["note"],
        )


class NewDraftForm(DraftForm):
    """A draft that is not saved yet; `draft_id` makes one of a form that is sent twice."""

    currency = line("Currency", required=True, help_text="For example, GBP.")
    draft_id = forms.UUIDField(widget=forms.HiddenInput)
    customer = forms.UUIDField(required=False, widget=forms.HiddenInput)
    field_order = ["items", "currency"]

    def clean_currency(self) -> str:
        """Return an ISO 4217 code in upper case."""
        return known_currency(self.cleaned_data["currency"])


class SeenForm(forms.Form):
    """What of a draft the page has shown: its version, and what it came to in minor units."""

    version = forms.IntegerField(min_value=0, max_value=_MOST, widget=forms.HiddenInput)
    total = forms.IntegerField(min_value=0, max_value=2**62, widget=forms.HiddenInput)

    def expected(self, currency: str) -> dict[str, Any]:
        """Return the arguments by which a use case refuses what the page has not shown."""
        return {
            "expected_versions": {self.cleaned_data["version"]},
            "expected_total": Money(self.cleaned_data["total"], currency),
        }


def initial_of(found: DraftView | None) -> dict[str, Any]:
    """Return what the form begins with."""
    if found is None:
        return {"language": settings.SHOP_LANGUAGES[0]}
    checkout = found.view.checkout
    draft: DraftOrder = found.draft
    address = checkout.shipping_address or {}
    buyer = buyer_of(checkout)
    return {
        "items": "\n".join(f"{each.sku} {each.quantity}" for each in found.view.lines),
        "codes": ", ".join(checkout.codes),
        "email": checkout.email,
        "language": checkout.language or settings.SHOP_LANGUAGES[0],
        "shipping_method": checkout.shipping_method,
        "vat_number": checkout.vat_number,
        "note": draft.note,
        **buyer,
        **{name: address.get(name, "") for name in _PLACE},
        **{name: address.get(name) or buyer[name] for name in _NAMES},
    }


def _offer_in_words(offer: dict[str, Any], found: DraftView | None) -> str:
    currency = found.view.checkout.currency if found else ""
    return f"{offer['title']}, {format_money(offer['price'], currency)}"
