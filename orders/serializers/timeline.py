"""Serializers of the timeline, and of what staff write into it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.http.fields import Input, Output, StrictCharField
from events.domain import ActorKind
from orders.timeline import TimelineEntry


class HoldInput(Input):
    """Why the order is held; staff alone read it."""

    examples = {"reason": "The address is a forwarding company."}

    reason = StrictCharField(required=False, allow_blank=True, max_length=255)


class NoteInput(Input):
    """A note for colleagues; buyers do not see it, and it cannot be changed later."""

    examples = {"note": "Called back: leave it with the neighbor."}

    note = StrictCharField(max_length=2_000)


class ActorOutput(Output):
    """Who did it. Buyers are told the name of nobody on the staff."""

    examples = {"kind": "staff", "name": "Grace Hopper"}

    kind = serializers.ChoiceField(choices=[kind.value for kind in ActorKind])
    name = serializers.CharField(help_text="Empty where no account did it.")


class OrderEventOutput(Output):
    """An entry of the timeline, oldest first; entries are never changed."""

    examples = {
        "type": "order.refund_requested",
        "message": "Refund of £16.45 requested",
        "note": "Arrived broken.",
        "request_id": "01997c2e-1df0-7a41-8d3c-5b0f5be0e3aa",
    }

    id = serializers.UUIDField()
    type = serializers.CharField()
    message = serializers.CharField(help_text="What happened, in words.")
    note = serializers.CharField(help_text="A note or a reason; staff alone read it.")
    actor = ActorOutput()
    request_id = serializers.CharField(help_text="Of the request that did it; staff alone read it.")
    created_at = serializers.DateTimeField()


def order_event_body(entry: TimelineEntry) -> dict[str, Any]:
    """`OrderEventOutput` of an entry."""
    return {
        "id": entry.id,
        "type": entry.type,
        "message": entry.message,
        "note": entry.note,
        "actor": {"kind": entry.actor, "name": entry.actor_name},
        "request_id": entry.request_id,
        "created_at": entry.created_at,
    }
