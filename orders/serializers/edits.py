"""Serializers of edits of orders."""

from __future__ import annotations

from typing import Any

from core.bodies import line_body, totals_body
from core.http.fields import (
    Input,
    MoneyInput,
    MoneyOutput,
    Output,
    StrictCharField,
    StrictListField,
)
from core.http.serializers import ItemInput, LineOutput, TotalsOutput
from core.items import MAX_LINES
from core.money import money_body
from orders.services import EditPreview


class EditPreviewInput(Input):
    """The lines as they should be; what is not named is taken off the order."""

    examples = {"items": [{"sku": "MUG-BLUE", "quantity": 3}]}

    items = StrictListField(child=ItemInput(), min_length=1, max_length=MAX_LINES)


class EditInput(EditPreviewInput):
    """The lines as they should be; what is not named is taken off the order."""

    examples = {**EditPreviewInput.examples, "reason": "The buyer called."}

    reason = StrictCharField(required=False, allow_blank=True, max_length=255)
    expected_total = MoneyInput(
        required=False, help_text="The edit is refused if the order comes to another total."
    )


class EditPreviewOutput(Output):
    """What an edit would come to; lines that are new would get other ids."""

    examples = {
        "total_before": money_body(4393, "GBP"),
        "refunded": money_body(0, "GBP"),
        "due": money_body(1999, "GBP"),
    }

    items = LineOutput(many=True)
    totals = TotalsOutput()
    total_before = MoneyOutput(help_text="Of the order as it is.")
    refunded = MoneyOutput(help_text="What would be refunded at once.")
    due = MoneyOutput(help_text="What the buyer would owe in all.")


def edit_preview_body(preview: EditPreview) -> dict[str, Any]:
    """Render `EditPreviewOutput`."""
    order, currency = preview.order, preview.order.currency
    return {
        "items": [line_body(line, currency) for line in order.lines.all()],
        "totals": totals_body(order, currency),
        "total_before": money_body(preview.total_before, currency),
        "refunded": money_body(preview.refunded, currency),
        "due": money_body(order.due, currency),
    }
