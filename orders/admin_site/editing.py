"""Editing an order in the admin: the form, and what it comes to before it is done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from core.backoffice.forms import LineField
from core.http.serializers import MAX_SKU_LENGTH
from core.items import MAX_QUANTITY, ItemRequest
from core.money import Money
from core.states import InvalidTransition
from orders import services
from orders.admin_site.forms import UnitsForm, reason_field
from orders.admin_site.sheet import LineRow, OrderSheet
from orders.domain import (
    FulfillmentStatus,
    OrderNotEditable,
    OrderOnHold,
    OrderStatus,
    require_editable,
)
from orders.models import Order

# So many items that an order has not can be added to it at once.
ADDED_ITEMS = 3


class EditForm(UnitsForm):
    """How many units of each line an order is to have, and of items that it has not."""

    review_first = True
    every_line = True
    # What the review has told, so that nothing else is confirmed.
    expected_total = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = reason_field("Reason, for colleagues")

    def __init__(self, sheet: OrderSheet, data: Any = None) -> None:
        super().__init__(sheet, data)
        reason = self.fields.pop("reason")
        for number in range(1, ADDED_ITEMS + 1):
            self.fields[f"sku-{number}"] = LineField(
                label=f"Add SKU ({number})",
                max_length=MAX_SKU_LENGTH,
                required=False,
                widget=UnfoldAdminTextInputWidget,
            )
            self.fields[f"quantity-{number}"] = forms.IntegerField(
                label=f"Units of it ({number})",
                min_value=1,
                max_value=MAX_QUANTITY,
                required=False,
                widget=UnfoldAdminIntegerFieldWidget,
            )
        self.fields["reason"] = reason

    def most(self, row: LineRow) -> int:
        return MAX_QUANTITY

    def least(self, row: LineRow) -> int:
        return row.units.fulfilled

    def offered(self, row: LineRow) -> int:
        return row.units.ordered

    def bounds(self, row: LineRow) -> str:
        sent = f" and {row.units.fulfilled} sent" if row.units.fulfilled else ""
        return f"{row.units.ordered} ordered{sent}"

    def clean(self) -> dict[str, Any]:
        """Refuse an order of nothing, and units of no SKU."""
        cleaned = super().clean() or self.cleaned_data
        for number in range(1, ADDED_ITEMS + 1):
            sku, quantity = cleaned.get(f"sku-{number}"), cleaned.get(f"quantity-{number}")
            if quantity and not sku and not self.errors:
                self.add_error(f"sku-{number}", "Enter the SKU of these units.")
        if not self.errors and not self.requested():
            raise forms.ValidationError("Nothing would be left; cancel the order instead.")
        return cleaned

    def requested(self) -> list[ItemRequest]:
        """Return the lines as they should be; a SKU without a number is one unit."""
        added = [
            ItemRequest(sku, self.cleaned_data.get(f"quantity-{number}") or 1)
            for number in range(1, ADDED_ITEMS + 1)
            if (sku := self.cleaned_data.get(f"sku-{number}"))
        ]
        return [*(ItemRequest(sku, count) for sku, count in self.units().items()), *added]

    def values(self) -> dict[str, Any]:
        total = self.cleaned_data["expected_total"]
        return {
            "requested": self.requested(),
            "reason": self.cleaned_data["reason"],
            "expected_total": None if total is None else Money(total, self.sheet.order.currency),
            "expected_versions": {self.cleaned_data["seen"]},
        }


def is_editable(sheet: OrderSheet) -> bool:
    """Tell whether the order allows it now."""
    order = sheet.order
    try:
        require_editable(
            OrderStatus(order.status),
            FulfillmentStatus(order.fulfillment_status),
            held_at=order.held_at,
            refunded=bool(order.given_back),
        )
    except (InvalidTransition, OrderNotEditable, OrderOnHold):
        return False
    return True


def review_of_edit(form: EditForm) -> str:
    """Say what the edit comes to, found out by making it and rolling it back."""
    sheet = form.sheet
    preview = services.preview_edit(
        caller=sheet.caller,
        number=sheet.order.number,
        requested=form.requested(),
        expected_versions={form.cleaned_data["seen"]},
        now=timezone.now(),
    )
    after = preview.order
    form.data = {name: form.data[name] for name in form.data} | {"expected_total": after.total}
    changes = " ".join(
        f"{verb}: {', '.join(units)}."
        for verb, units in _changes(sheet.order, after).items()
        if units
    )
    change = after.total - preview.total_before
    said = f"{changes} The order comes to {sheet.money(after.total)}"
    if change:
        more = "more" if change > 0 else "less"
        said += f", {sheet.money(abs(change))} {more} than now."
    else:
        said += ", as now."
    if preview.refunded:
        said += f" {sheet.money(preview.refunded)} is paid back."
    if after.due:
        said += f" {sheet.money(after.due)} is due then."
    return said


def _changes(before: Order, after: Order) -> dict[str, list[str]]:
    """Name the units that come in, and those that are taken off."""
    lines = {line.sku: line for order in (before, after) for line in order.lines.all()}
    of_each = [{line.sku: line.quantity for line in each.lines.all()} for each in (before, after)]
    more = {sku: of_each[1].get(sku, 0) - of_each[0].get(sku, 0) for sku in lines}
    return {
        "Added": [f"{more[sku]} × {lines[sku].title}" for sku in lines if more[sku] > 0],
        "Removed": [f"{-more[sku]} × {lines[sku].title}" for sku in lines if more[sku] < 0],
    }
