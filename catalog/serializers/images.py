"""Serializers of pictures."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from catalog.domain import MAX_ALT_LENGTH, MAX_POSITION, ImageFormat, ImageStatus
from catalog.serializers.fields import SkuField
from core.http.fields import Input, Output, StrictCharField, StrictIntegerField

ALT = "What the picture shows, for those who do not see it."
_URL = "/media/images/3f/3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea-1600.jpeg"


class PictureField(serializers.FileField):
    """A file, told from other values by its part's file name."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the file; its name says nothing and is not looked at."""
        if not hasattr(data, "temporary_file_path") and not hasattr(data, "read"):
            self.fail("invalid")
        if not data.size:
            self.fail("empty")
        return data


class ImageInput(Input):
    """A picture, sent as a form with its file."""

    examples = {"file": "GIF89a", "alt": "A blue mug, seen from the side"}

    file = PictureField(help_text="JPEG, PNG, WebP, AVIF, or a GIF, whose first frame is shown.")
    alt = StrictCharField(
        max_length=MAX_ALT_LENGTH, required=False, allow_blank=True, help_text=ALT
    )


class ProductImageInput(ImageInput):
    """A picture of a product, or of one of its variants."""

    variant = SkuField(required=False, help_text="The SKU of the variant that it shows.")


class ImageChangesInput(Input):
    """What may be changed of a picture."""

    examples = {"alt": "A blue mug, seen from the side", "position": 0}

    alt = StrictCharField(
        max_length=MAX_ALT_LENGTH, required=False, allow_blank=True, help_text=ALT
    )
    position = StrictIntegerField(
        min_value=0,
        max_value=MAX_POSITION,
        required=False,
        help_text="Pictures are in the order of their positions, which need not be unique.",
    )


class SizeOutput(Output):
    """A picture in one size and format."""

    examples = {"url": _URL, "width": 1600, "height": 1200, "format": "jpeg"}

    url = serializers.CharField(help_text="It never shows anything else: keep it forever.")
    width = serializers.IntegerField(help_text="Pixels.")
    height = serializers.IntegerField(help_text="Pixels.")
    format = serializers.ChoiceField(choices=list(ImageFormat))


class ImageOutput(Output):
    """A picture in several sizes, of which a browser chooses one."""

    examples = {
        "alt": "A blue mug, seen from the side",
        "position": 0,
        "url": _URL,
        "width": 1600,
        "height": 1200,
    }

    id = serializers.UUIDField()
    alt = serializers.CharField(help_text="What it shows; may be empty.")
    position = serializers.IntegerField()
    url = serializers.CharField(help_text="The largest, in the format that every browser knows.")
    width = serializers.IntegerField(help_text="Of the largest, in pixels.")
    height = serializers.IntegerField(help_text="Of the largest, in pixels.")
    sizes = SizeOutput(many=True, help_text="The smallest first; WebP before the other format.")


class ManagedImageOutput(ImageOutput):
    """A picture, and how far its file has come."""

    examples = {**ImageOutput.examples, "error": None}

    url = serializers.CharField(allow_null=True, help_text="Null until it is ready.")
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(
        choices=[
            status.value
            for status in (ImageStatus.READY, ImageStatus.PROCESSING, ImageStatus.FAILED)
        ],
        help_text="It is shown once it is ready, some seconds after it was sent.",
    )
    error = serializers.CharField(allow_null=True, help_text="Why it has failed.")
