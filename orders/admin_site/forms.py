"""The forms by which staff act on an order; each knows the version of the order it was made for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from core.backoffice.forms import LineField, LinesField, MajorUnitsField, minor_units
from core.money import Money, to_major
from orders.admin_site.sheet import LineRow, OrderSheet
from orders.mails import OrderMail
from orders.selectors import mail_events


class ActionForm(forms.Form):
    """Nothing to fill in: the question alone."""

    # Whether the next page says what it comes to, before anything is done.
    review_first = False
    seen = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, sheet: OrderSheet, data: Any = None) -> None:
        super().__init__(data, initial={"seen": sheet.version})
        self.sheet = sheet

    def values(self) -> dict[str, Any]:
        """Return the arguments of the use case, without the order."""
        return {"seen": self.cleaned_data["seen"]}


def reason_field(label: str) -> forms.Field:
    """Return the field of why something is done."""
    widget = UnfoldAdminTextInputWidget()
    return LineField(label=label, max_length=255, required=False, widget=widget)


class CancelForm(ActionForm):
    """Why an order is canceled."""

    reason = reason_field("Reason, which the buyer can read")

    def values(self) -> dict[str, Any]:
        return super().values() | {"reason": self.cleaned_data["reason"]}


class HoldForm(ActionForm):
    """Why an order is held."""

    reason = reason_field("Reason, for colleagues")

    def values(self) -> dict[str, Any]:
        return super().values() | {"reason": self.cleaned_data["reason"]}


class NoteForm(ActionForm):
    """A note for colleagues."""

    note = LinesField(
        max_length=2_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="Colleagues read it in the timeline. It cannot be changed later.",
    )

    def values(self) -> dict[str, Any]:
        return super().values() | {"note": self.cleaned_data["note"]}


class ResendForm(ActionForm):
    """Which of the e-mails that the buyer has been sent is sent again."""

    mail = forms.ChoiceField(label="E-mail", widget=UnfoldAdminSelectWidget)

    def __init__(self, sheet: OrderSheet, data: Any = None) -> None:
        super().__init__(sheet, data)
        choices = [(mail, mail.label) for mail in mail_events(sheet.order.pk)]
        cast("forms.ChoiceField", self.fields["mail"]).choices = choices

    def values(self) -> dict[str, Any]:
        return super().values() | {"mail": OrderMail(self.cleaned_data["mail"])}


class CaptureForm(ActionForm):
    """How much came in, or is to be captured."""

    amount = MajorUnitsField()

    def __init__(self, sheet: OrderSheet, data: Any = None) -> None:
        super().__init__(sheet, data)
        currency = sheet.order.currency
        self.fields["amount"].label = f"Amount in {currency}"
        self.initial["amount"] = to_major(sheet.capturable, currency)

    def clean_amount(self) -> Money:
        """Return the amount in minor units; more than is due, and 0, are refused."""
        currency = self.sheet.order.currency
        amount = minor_units(self.cleaned_data["amount"], currency)
        if not 0 < amount <= self.sheet.capturable:
            most = self.sheet.money(self.sheet.capturable)
            raise forms.ValidationError(f"Enter more than 0 and at most {most}.")
        return Money(amount, currency)

    def values(self) -> dict[str, Any]:
        return super().values() | {"amount": self.cleaned_data["amount"]}


class UnitsForm(ActionForm):
    """How many units of each line, of those that may be chosen."""

    # Whether a number left out is a mistake, rather than none.
    every_line = False

    def __init__(self, sheet: OrderSheet, data: Any = None) -> None:
        super().__init__(sheet, data)
        self.names = {f"units-{row.line.id}": row.line.sku for row in sheet.rows}
        own = {name: self.fields.pop(name) for name in list(self.fields) if name != "seen"}
        for row in sheet.rows:
            if most := self.most(row):
                self.fields[f"units-{row.line.id}"] = forms.IntegerField(
                    label=f"{row.line.title} ({row.line.sku}), {self.bounds(row)}",
                    min_value=self.least(row),
                    max_value=most,
                    initial=self.offered(row),
                    required=self.every_line,
                    widget=UnfoldAdminIntegerFieldWidget,
                )
        self.fields |= own

    def most(self, row: LineRow) -> int:
        """Return how many units of a line can be chosen; a line of none is not asked about."""
        return row.units.left

    def least(self, row: LineRow) -> int:
        """Return how many units of a line have to be chosen."""
        return 0

    def offered(self, row: LineRow) -> int:
        """Return how many units of a line are filled in."""
        return row.units.left

    def bounds(self, row: LineRow) -> str:
        """Say how many units of a line can be chosen."""
        return f"of {self.most(row)}"

    def units(self) -> dict[str, int]:
        """Return the units that were chosen, by SKU."""
        chosen = {sku: self.cleaned_data.get(name) or 0 for name, sku in self.names.items()}
        return {sku: count for sku, count in chosen.items() if count}


class FulfillForm(UnitsForm):
    """What is sent together, and how."""

    carrier = LineField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)
    tracking_number = LineField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)

    def clean(self) -> dict[str, Any]:
        """Refuse to send nothing."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.units():
            raise forms.ValidationError("Choose at least one unit to send.")
        return cleaned

    def values(self) -> dict[str, Any]:
        named = {name: self.cleaned_data[name] for name in ("carrier", "tracking_number")}
        return super().values() | named | {"items": self.units()}


class RefundForm(UnitsForm):
    """Which units are refunded, or how much."""

    review_first = True
    amount = MajorUnitsField(
        required=False,
        help_text="Left empty, the chosen units are refunded at what was paid for them.",
    )
    restock_items = forms.BooleanField(
        label="Put the units back into stock", required=False, widget=UnfoldBooleanWidget
    )
    reason = reason_field("Reason, for colleagues")

    def __init__(self, sheet: OrderSheet, data: Any = None) -> None:
        super().__init__(sheet, data)
        self.fields["amount"].label = f"Amount in {sheet.order.currency}"

    def most(self, row: LineRow) -> int:
        return max(0, row.units.ordered - row.units.refunded)

    def offered(self, row: LineRow) -> int:
        return 0

    def clean_amount(self) -> Money | None:
        """Return the amount in minor units; 0 and more than is refundable are refused."""
        typed: Decimal | None = self.cleaned_data["amount"]
        if typed is None:
            return None
        currency = self.sheet.order.currency
        amount = minor_units(typed, currency)
        if not 0 < amount <= self.sheet.refundable:
            most = self.sheet.money(self.sheet.refundable)
            raise forms.ValidationError(f"Enter more than 0 and at most {most}.")
        return Money(amount, currency)

    def clean(self) -> dict[str, Any]:
        """Refuse to refund nothing, and to restock what is not named."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        if not self.units() and cleaned["amount"] is None:
            raise forms.ValidationError("Choose units, or enter an amount.")
        if cleaned["restock_items"] and not self.units():
            raise forms.ValidationError("Choose the units that go back into stock.")
        return cleaned

    def values(self) -> dict[str, Any]:
        named = {name: self.cleaned_data[name] for name in ("amount", "restock_items", "reason")}
        return super().values() | named | {"items": self.units()}
