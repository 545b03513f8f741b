"""Serializer fields that take exactly the JSON type they are documented with.

DRF's own are lenient (`"2"` is an integer to them, `5` a text); a client that
sends the wrong type has a bug and is told so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from core.email_address import normalize_email
from core.money import MAX_AMOUNT, known_currencies
from core.text import UnprintableCharacter, clean_text


class StrictIntegerField(serializers.IntegerField):
    """A JSON integer; `2.0` is one too, as in JSON Schema, but no string is."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is float and data.is_integer():
            return int(data)
        if type(data) is not int:
            self.fail("invalid")
        return data


class StrictBooleanField(serializers.BooleanField):
    """`true` or `false`."""

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


class StrictCharField(serializers.CharField):
    """A JSON string, cleaned (`clean_text`), of one line unless `multiline`.

    Its length counts before spaces are trimmed, as documented.
    """

    multiline = False

    def __init__(self, **kwargs: Any) -> None:
        self.multiline = kwargs.pop("multiline", self.multiline)
        super().__init__(**kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty and data is not None and not isinstance(data, str):
            self.fail("invalid")
        if isinstance(data, str) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().run_validation(self.clean(data) if isinstance(data, str) else data)

    def clean(self, text: str) -> str:
        """Return the text without what nobody sees, which may not be all of it."""
        try:
            clean = clean_text(text, multiline=self.multiline)
        except UnprintableCharacter as error:
            raise ValidationError(str(error), "unprintable_character") from None
        if not self.allow_blank and text.strip() and not clean.strip():
            raise ValidationError("Nothing of this text can be seen.", "unprintable_character")
        return clean


class StrictEmailField(StrictCharField, serializers.EmailField):
    """An e-mail address of at most 254 characters (RFC 5321), in the form that is compared."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 254, **kwargs})

    def clean(self, text: str) -> str:
        """Return the address in lower case, its domain in ASCII."""
        email = normalize_email(super().clean(text))
        local, _, domain = email.rpartition("@")
        if not local.isascii():
            raise ValidationError(
                "Letters beyond ASCII before the @ are not supported.", "local_part_not_ascii"
            )
        if not domain.isascii():
            self.fail("invalid")
        return email


class StrictChoiceField(serializers.ChoiceField):
    """One of the documented strings; a refusal lists them."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or data not in self.choices:
            choices = ", ".join(map(str, self.choices))
            raise ValidationError(f"Expected one of: {choices}.", "invalid_choice")
        return data


class StrictUUIDField(serializers.UUIDField):
    """A UUID in its canonical text form."""

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data) if isinstance(data, str) else None
        if value is None or str(value) != data.lower():
            self.fail("invalid", value=data)
        return value


class CurrencyField(StrictCharField):
    """An ISO 4217 code in capitals."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [RegexValidator("^[A-Z]{3}$")])
        super().__init__(**{"min_length": 3, "max_length": 3, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data)
        if code not in known_currencies():
            raise ValidationError("This is not an ISO 4217 currency code.", "unknown_currency")
        return code


class Input(serializers.Serializer[Any]):
    """The schema of a request body; fields it does not name are refused.

    `examples` says what members look like in the documentation; `...` stands for an example
    of the member's own type.
    """

    examples: ClassVar[Mapping[str, Any]] = {}
    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": "Expected an object."}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        unknown: dict[str, Any] = {
            str(name): [ErrorDetail("This field is not known.", "unknown_field")]
            for name in data.keys() - self.fields.keys()
        }
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            known = error.detail if isinstance(error.detail, dict) else {}
            raise ValidationError({**known, **unknown}) from None
        if unknown:
            raise ValidationError(unknown)
        return values


def validated(schema: type[Input], request: Request) -> dict[str, Any]:
    """Return the request's body as `schema` reads it, or report every value that is wrong."""
    serializer = schema(data=request.data)
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values


class Output(serializers.Serializer[Any]):
    """The schema of a response: documentation for OpenAPI, checked against real responses.

    `examples` as in `Input`.
    """

    examples: ClassVar[Mapping[str, Any]] = {}


class MoneyInput(Input):
    """An amount in minor units, not negative."""

    examples = {"amount": 1999, "currency": "GBP"}

    amount = StrictIntegerField(min_value=0, max_value=MAX_AMOUNT)
    currency = CurrencyField()


class MoneyOutput(Output):
    """An amount in the currency's ISO 4217 minor unit."""

    examples = {"amount": 1999, "currency": "GBP"}

    amount = serializers.IntegerField(help_text="Minor units: 1999 is £19.99.")
    currency = serializers.CharField(help_text="ISO 4217 code.", min_length=3, max_length=3)
