"""Serializers of stock."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from core.http.fields import Input, Output, StrictCharField, StrictIntegerField
from inventory.domain import Adjustment, Level

MAX_DELTA = 1_000_000


@extend_schema_field(
    {"type": "integer", "minimum": -MAX_DELTA, "maximum": MAX_DELTA, "not": {"const": 0}}
)
class DeltaField(StrictIntegerField):
    """A whole number of units that changes something: anything but zero."""

    def to_internal_value(self, data: Any) -> int:
        delta = super().to_internal_value(data)
        if delta == 0:
            raise ValidationError("A correction changes something.", "min_value")
        return delta


class AdjustmentInput(Input):
    """A correction of the units at hand."""

    examples = {"delta": 24, "reason": "Delivery of 14 March"}

    delta = DeltaField(
        min_value=-MAX_DELTA, max_value=MAX_DELTA, help_text="Units to add, or negative to take."
    )
    reason = StrictCharField(max_length=255, help_text="Why, for the record.")


class LevelOutput(Output):
    """The stock of one variant, in units."""

    examples = {"sku": "MUG-BLUE", "on_hand": 36, "reserved": 2, "available": 34}

    sku = serializers.CharField()
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField(help_text="Held by checkouts.")
    available = serializers.IntegerField(
        help_text="Units that can be ordered now; 9999 when it is not limited by stock."
    )


class AdjustmentOutput(LevelOutput):
    """A correction that was made, and the stock after it."""

    examples = {**LevelOutput.examples, "delta": 24, "reason": "Delivery of 14 March"}

    id = serializers.UUIDField()
    delta = serializers.IntegerField()
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()


def level_body(level: Level) -> dict[str, Any]:
    """Return the `LevelOutput` of a level."""
    return {
        "sku": level.sku,
        "on_hand": level.on_hand,
        "reserved": level.reserved,
        "available": level.available,
    }


def adjustment_body(done: Adjustment) -> dict[str, Any]:
    """Return the `AdjustmentOutput` of an adjustment."""
    return {
        "id": done.id,
        "delta": done.delta,
        "reason": done.reason,
        "created_at": done.created_at,
        **level_body(done.level),
    }
