"""The forms by which staff ask for a return in a buyer's stead, and receive one."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldBooleanWidget

from orders.admin_site.forms import ActionForm, UnitsForm, reason_field
from orders.admin_site.sheet import LineRow


class ReturnForm(UnitsForm):
    """Which units are to come back, and why."""

    reason = reason_field("Reason, which the buyer can read")

    def most(self, row: LineRow) -> int:
        return row.units.returnable

    def offered(self, row: LineRow) -> int:
        return 0

    def clean(self) -> dict[str, Any]:
        """Refuse to ask for nothing."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not self.units():
            raise forms.ValidationError("Choose at least one unit that comes back.")
        return cleaned

    def values(self) -> dict[str, Any]:
        named = {"items": self.units(), "reason": self.cleaned_data["reason"]}
        return super().values() | named


class ReceiveForm(ActionForm):
    """Whether the units can be sold again."""

    put_back = forms.BooleanField(
        label="Put the units back into stock", required=False, widget=UnfoldBooleanWidget
    )

    def values(self) -> dict[str, Any]:
        return super().values() | {"put_back": self.cleaned_data["put_back"]}
