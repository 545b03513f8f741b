"""The admin pages of events, and the timeline of a row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from core.backoffice.base import ReadOnlyAdmin
from core.backoffice.columns import link_to, pairs, text
from core.backoffice.filters import DaysFilter
from core.money import format_money
from events.models import Event

TIMELINE_LENGTH = 200
# Members of an event's data in minor units of its subject's currency.
AMOUNTS = frozenset({"total", "amount", "captured", "refunded"})
# What the type of an event starts with -> the model that has its subject.
SUBJECTS = {
    "order": "orders.order",
    "return": "orders.order",
    "fulfillment": "orders.order",
    "payment": "checkout.checkout",
    "product": "catalog.product",
    "stock": "inventory.stock",
}


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The outbox, newest first."""

    list_display = ["type", "subject", "actor", "actor_kind", "created_at"]
    list_filter = [("created_at", DaysFilter)]
    list_select_related = ["actor"]
    identifiers = {"type": str, "subject_id": UUID}
    search_fields = [*identifiers]
    search_help_text = "Search by event type or subject ID."
    help_texts = {"type": "For example, order.placed."}
    ordering = ["-id"]
    fields = ["type", "subject", "told", "actor", "actor_kind", "request_id_text", "created_at"]

    request_id_text = text("request_id", label="Request ID")

    @display(description="Subject", ordering="subject_id")
    def subject(self, event: Event) -> SafeString | UUID:
        """Return a link to the page of what it is about."""
        model = SUBJECTS.get(event.type.partition(".")[0])
        return link_to(model, event.subject_id, event.subject_id) if model else event.subject_id

    @display(description="Data")
    def told(self, event: Event) -> SafeString | str:
        """Return what it tells; amounts have the currency of the subject, which they do not say."""
        values = {
            name: f"{value} minor units" if name in AMOUNTS else value
            for name, value in event.data.items()
        }
        return pairs(values) or "–"


class WithTimeline:
    """A page with a field `history`: the events of its row, which has a currency."""

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Read the events along with the row, because a page asks for a field several times."""
        row: Any = super().get_object(request, object_id, from_field)  # type: ignore[misc]
        if row is not None:
            row.timeline = timeline(row.pk, row.currency)
        return row

    @display(description="Events")
    def history(self, row: Any) -> SafeString:
        """Return the events, oldest first."""
        shown: SafeString = row.timeline
        return shown


def timeline(subject_id: UUID, currency: str) -> SafeString:
    """Return the events of a subject as a table, oldest first, with amounts as money."""

    def readable(name: str, value: Any) -> Any:
        is_amount = name in AMOUNTS and isinstance(value, int)
        return format_money(value, currency) if is_amount else value

    events = Event.objects.filter(subject_id=subject_id).select_related("actor").order_by("id")
    rows = [
        (
            f"{event.created_at:%d %b %Y, %H:%M:%S}",
            event.type.replace(".", " ").replace("_", " ").capitalize(),
            event.actor or event.acted_as.capitalize(),
            pairs(
                {
                    name: readable(name, value)
                    for name, value in event.data.items()
                    if value not in ("", None)
                }
            ),
        )
        for event in events[:TIMELINE_LENGTH]
    ]
    cell = '<td class="py-1 pr-6 align-top">{}</td>'
    body = format_html_join("", f"<tr>{cell * 4}</tr>", rows)
    return format_html("<table>{}</table>", body) if rows else SafeString("–")
