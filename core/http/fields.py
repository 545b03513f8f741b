"""Serializer fields that take exactly the JSON type they are documented with.

DRF's own are lenient (`"2"` is an integer to them, `5` a text); a client that
sends the wrong type has a bug and is told so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, ClassVar, TypeVar

from django.core.validators import (
    MaxLengthValidator,
    MinLengthValidator,
    ProhibitNullCharactersValidator,
    RegexValidator,
)
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from core.email_address import ASCII_ONLY, normalize_email
from core.money import MAX_AMOUNT, known_currencies
from core.text import UnprintableCharacter, clean_text

K = TypeVar("K")

# Of one list or object. After these the rest is not looked at: reporting is what costs.
MAX_FAULTS = 20
_OF_EVERY_TEXT = (
    MaxLengthValidator,
    MinLengthValidator,
    ProhibitNullCharactersValidator,
    ProhibitSurrogateCharactersValidator,
)
_WITH_OFFSET = re.compile(r"T.*(Z|[+-]\d\d:\d\d)\Z")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


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
        self._has_own_rules = not all(type(check) in _OF_EVERY_TEXT for check in self.validators)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str):
            if self.max_length is not None and len(data) > self.max_length:
                self.fail("max_length", max_length=self.max_length)
        elif data is not serializers.empty and data is not None:
            self.fail("invalid")
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

    def run_validators(self, value: Any) -> None:
        """Call the validators when one could object; they cost more than all else of a text."""
        fits = (self.min_length or 0) <= len(value) <= (self.max_length or len(value))
        if self._has_own_rules or not fits or _UNSTORABLE.search(value):
            super().run_validators(value)


class StrictEmailField(StrictCharField, serializers.EmailField):
    """An e-mail address of at most 254 characters (RFC 5321), in the form that is compared."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 254, **kwargs})

    def clean(self, text: str) -> str:
        """Return the address in lower case, its domain in ASCII."""
        email = normalize_email(super().clean(text))
        local, _, domain = email.rpartition("@")
        if not local.isascii():
            raise ValidationError(ASCII_ONLY, "local_part_not_ascii")
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


class StrictDateTimeField(serializers.DateTimeField):
    """A moment as RFC 3339 writes it, with its offset from UTC."""

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or not _WITH_OFFSET.search(value):
            self.fail("invalid", format="2026-03-14T15:09:26Z")
        return super().to_internal_value(value)


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


class StrictListField(serializers.ListField):
    """A JSON array. One longer than `max_length` is refused before any member is looked at."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and len(data) > (self.max_length or 0):
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)

    def run_child_validation(self, data: Any) -> list[Any]:
        return list(_validated_members(self.child, enumerate(data)).values())


class StrictDictField(serializers.DictField):
    """A JSON object with names of the client's own, refused like a list when it is too long."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "max_length": "Ensure this field has no more than {max_length} members.",
        "name_too_long": "Ensure that names have no more than {max_name_length} characters.",
    }

    def __init__(self, *, max_length: int, max_name_length: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_length = max_length
        self.max_name_length = max_name_length

    def run_child_validation(self, data: Any) -> dict[str, Any]:
        if len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        if max(map(len, data), default=0) > self.max_name_length:
            self.fail("name_too_long", max_name_length=self.max_name_length)
        return _validated_members(self.child, data.items())


def _validated_members(
    rule: serializers.Field[Any, Any, Any, Any], members: Iterable[tuple[K, Any]]
) -> dict[K, Any]:
    """Return the members as `rule` reads them. Raises `ValidationError` of the first faulty."""
    values: dict[K, Any] = {}
    faults: dict[Any, Any] = {}
    for name, member in members:
        try:
            values[name] = rule.run_validation(member)
        except ValidationError as error:
            faults[name] = error.detail
            if len(faults) == MAX_FAULTS:
                break
    if faults:
        raise ValidationError(faults)
    return values


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
            for name in islice((name for name in data if name not in self.fields), MAX_FAULTS)
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
