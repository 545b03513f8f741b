"""How buyers say who they are and what they agree to, and how it is shown."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.http.fields import Input, Output, StrictBooleanField, StrictCharField

_BUYER: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "phone": "+44 20 7946 0958",
}


class ConsentInput(Input):
    """What the buyer agrees to, or no longer does; the moment is kept with it."""

    examples = {"marketing": True, "terms": True, "source": "checkout", "text": "2026-10"}

    marketing = StrictBooleanField(required=False, help_text="To be sent offers.")
    terms = StrictBooleanField(required=False, help_text="To the shop's terms.")
    # Fields have an attribute of that name; DRF takes this one off the class.
    source = StrictCharField(  # type: ignore[assignment]
        required=False, allow_blank=True, max_length=100, help_text="Where they were asked."
    )
    text = StrictCharField(
        required=False,
        allow_blank=True,
        max_length=500,
        help_text="What they were asked: the version of the text, or its words.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.keys() & {"marketing", "terms"}:
            raise serializers.ValidationError("Give marketing, terms, or both.", "one_of")
        return attrs


class BuyerInput(Input):
    """Who buys; what is left out stays as it is, null clears it."""

    examples = _BUYER | {"consent": ...}

    first_name = StrictCharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=100,
        help_text="One of the names is enough; without any, those of the shipping address count.",
    )
    last_name = StrictCharField(required=False, allow_null=True, allow_blank=True, max_length=100)
    phone = StrictCharField(required=False, allow_null=True, allow_blank=True, max_length=40)
    consent = ConsentInput(required=False)


class ConsentOutput(Output):
    """What the buyer has said last of what they agree to; null of what they were not asked."""

    examples = {"marketing": True, "terms": True, "source": "checkout", "text": "2026-10"}

    marketing = serializers.BooleanField(allow_null=True)
    terms = serializers.BooleanField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()
    given_at = serializers.DateTimeField()


class BuyerOutput(Output):
    """Who buys: as they said, or else as their shipping address does; empty when unknown."""

    examples = _BUYER

    first_name = serializers.CharField()
    last_name = serializers.CharField()
    phone = serializers.CharField()
    consent = ConsentOutput(allow_null=True)
