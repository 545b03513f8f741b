"""The fields of what is sold."""

from __future__ import annotations

import re
from typing import Any

from django.core.validators import RegexValidator
from rest_framework.exceptions import ValidationError

from catalog.domain import MAX_SLUG_LENGTH, RESERVED, RESERVED_ENDINGS
from core.http.fields import StrictCharField, StrictDictField

MAX_OPTIONS = 50
MAX_OPTION_LENGTH = 100
_SLUG = re.compile(r"^[\w-]+\Z")


class SlugField(StrictCharField):
    """Letters of any script, digits, hyphens and underscores."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["validators"] = [
            RegexValidator(_SLUG, "Use letters, digits, hyphens and underscores.")
        ]
        super().__init__(**{"max_length": MAX_SLUG_LENGTH, **kwargs})


class SkuField(StrictCharField):
    """A stock keeping unit: printable text without line breaks, no ending of our paths."""

    multiline = True  # so that a line break is seen, and refused

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 100, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        sku = super().to_internal_value(data)
        if not sku.isprintable():
            raise ValidationError("Use printable characters.", "not_printable")
        if sku.endswith(RESERVED_ENDINGS):
            raise ValidationError(RESERVED, "reserved")
        return sku


class ChosenOptionsField(StrictDictField):
    """The values of a variant, by the names of the options."""

    option_name = StrictCharField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=StrictCharField(max_length=200),
            max_length=MAX_OPTIONS,
            max_name_length=MAX_OPTION_LENGTH,
            **kwargs,
        )

    def to_internal_value(self, data: Any) -> dict[str, str]:
        values: dict[str, str] = super().to_internal_value(data)
        return {self.option_name.clean(name).strip(): value for name, value in values.items()}
