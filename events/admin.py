"""What happened, to look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from core.backoffice.base import ReadOnlyAdmin
from core.backoffice.columns import pairs
from core.backoffice.filters import DaysFilter
from core.money import format_money
from events.models import Event

TIMELINE_LENGTH = 200
# Members of an event's data that are minor units of its subject's currency.
AMOUNTS = frozenset({"total", "amount", "captured", "refunded"})


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The outbox, newest first."""

    list_display = ["type", "subject_id", "actor", "created_at"]
    list_filter = [("created_at", DaysFilter)]
    list_select_related = ["actor"]
    identifiers = {"type": str, "subject_id": UUID}
    search_fields = [*identifiers]
    search_help_text = "The whole id of an order, checkout or variant, or a type."
    ordering = ["-id"]
    fields = ["type", "subject_id", "data", "actor", "created_at"]


class WithTimeline:
    """A page whose field `history` is what happened to its row, which has a currency."""

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Reads the events along with the row, because a page asks for a field several times."""
        row: Any = super().get_object(request, object_id, from_field)  # type: ignore[misc]
        if row is not None:
            row.timeline = _timeline(row.pk, row.currency)
        return row

    @display(description="What happened")
    def history(self, row: Any) -> SafeString:
        """The events, oldest first."""
        shown: SafeString = row.timeline
        return shown


def _timeline(subject_id: UUID, currency: str) -> SafeString:
    events = Event.objects.filter(subject_id=subject_id).select_related("actor").order_by("id")
    rows = [
        (
            f"{event.created_at:%d %b %Y, %H:%M:%S}",
            event.type,
            event.actor or "–",
            pairs(_readable(event.data, currency)),
        )
        for event in events[:TIMELINE_LENGTH]
    ]
    cell = '<td class="py-1 pr-6 align-top">{}</td>'
    body = format_html_join("", f"<tr>{cell * 4}</tr>", rows)
    return format_html("<table>{}</table>", body) if rows else SafeString("–")


def _readable(data: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """The data of an event with its minor units as money."""
    return {
        name: format_money(value, currency) if name in AMOUNTS and isinstance(value, int) else value
        for name, value in data.items()
    }
