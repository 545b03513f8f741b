from __future__ import annotations

import pytest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import Field

from accounts.serializers import credentials
from catalog.serializers import products
from core.errors import FieldError
from core.http import fields
from core.http.openapi.document import document
from core.http.problems import field_errors

UUID = "0197f3a1-7b1c-7c3e-9b1a-2f6f0e1d2c3b"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (fields.StrictIntegerField(), 5),
        (fields.StrictIntegerField(), 5.0),
        (fields.StrictIntegerField(allow_null=True), None),
        (fields.StrictBooleanField(), False),
        (fields.StrictCharField(), "tea ☕"),
        (fields.StrictCharField(allow_blank=True), ""),
        (fields.StrictEmailField(), "a@example.com"),
        (fields.StrictChoiceField(choices=["red"]), "red"),
        (fields.CurrencyField(), "JPY"),
    ],
)
def test_a_value_of_the_documented_type_is_taken_as_it_is(field: Field, value):
    assert field.run_validation(value) == value


def test_a_uuid_is_read_in_either_case():
    upper = fields.StrictUUIDField().run_validation(UUID.upper())

    assert str(upper) == UUID


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (fields.StrictIntegerField(), "2"),
        (fields.StrictIntegerField(), 1.5),
        (fields.StrictIntegerField(), float("inf")),
        (fields.StrictIntegerField(), True),
        (fields.StrictIntegerField(), []),
        (fields.StrictIntegerField(min_value=0), -1),
        (fields.StrictBooleanField(), "true"),
        (fields.StrictBooleanField(), 1),
        (fields.StrictCharField(), 5),
        (fields.StrictCharField(), True),
        (fields.StrictCharField(), ["a"]),
        (fields.StrictCharField(), {}),
        (fields.StrictCharField(), "a\0b"),
        (fields.StrictCharField(), ""),
        (fields.StrictCharField(), None),
        (fields.StrictCharField(max_length=3), "abcd"),
        (fields.StrictCharField(max_length=3), " abc"),
        (fields.StrictEmailField(), 5),
        (fields.StrictEmailField(), "a@"),
        (fields.StrictEmailField(), "a\0@example.com"),
        (fields.StrictEmailField(), f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}"),
        (fields.StrictChoiceField(choices=["5"]), 5),
        (fields.StrictChoiceField(choices=["red"]), "blue"),
        (fields.StrictChoiceField(choices=["red"]), ["red"]),
        (fields.StrictUUIDField(), 5),
        (fields.StrictUUIDField(), UUID.replace("-", "")),
        (fields.StrictUUIDField(), "{" + UUID.replace("-", "") + "}--"),
        (fields.StrictUUIDField(), UUID + "0"),
        (fields.CurrencyField(), "gbp"),
        (fields.CurrencyField(), "XXY"),
        (fields.CurrencyField(), 826),
    ],
)
def test_a_value_of_another_type_or_out_of_range_is_refused(field: Field, value):
    with pytest.raises(ValidationError):
        field.run_validation(value)


@pytest.mark.parametrize(
    ("field", "value", "clean"),
    [
        (fields.StrictCharField(), "A\u200bda\u202e", "Ada"),
        (fields.StrictCharField(), "Cafe\u0301", "Café"),
        (fields.StrictCharField(), "12\nFlat 3", "12 Flat 3"),
        (fields.StrictCharField(multiline=True), "12\r\nFlat 3", "12\nFlat 3"),
        (fields.StrictEmailField(), "Info@почта.рф", "info@xn--80a1acny.xn--p1ai"),
        (credentials.PasswordField(), " a\u200b\ufeff ", " a\u200b\ufeff "),
        (products.ChosenOptionsField(), {"Si\u200bze": "M\ufeff"}, {"Size": "M"}),
    ],
)
def test_what_nobody_sees_is_left_out_of_every_text_but_passwords(field: Field, value, clean):
    assert field.run_validation(value) == clean


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (fields.StrictCharField(), "a\x07", "unprintable_character"),
        (fields.StrictCharField(multiline=True), "a\ufffe", "unprintable_character"),
        (fields.StrictCharField(), "\u200b\u3164", "unprintable_character"),
        (fields.StrictEmailField(), "jörg@example.com", "local_part_not_ascii"),
        (fields.StrictCharField(max_length=2), "\u0958\u0958", "max_length"),  # NFC: two each
    ],
)
def test_a_text_is_refused_for_what_no_text_has(field: Field, value, code):
    with pytest.raises(ValidationError) as refused:
        field.run_validation(value)

    assert [error.code for error in refused.value.detail] == [code]


def test_every_text_of_a_body_is_cleaned():
    """Of all serializers of requests, whichever app they belong to."""
    document()
    inputs = [fields.Input]
    for schema in inputs:
        inputs += schema.__subclasses__()
    texts = [
        (schema.__name__, name)
        for schema in inputs
        for name, field in schema().fields.items()
        if type(getattr(field, "child", field)) is serializers.CharField
    ]
    assert len(inputs) > 20
    assert texts == []


def test_money_is_an_integer_and_a_currency_and_nothing_else():
    money = fields.MoneyInput(data={"amount": 1999, "currency": "GBP", "note": ""})

    assert not money.is_valid()
    assert money.errors["note"][0].code == "unknown_field"


class ShelfInput(fields.Input):
    color = fields.StrictChoiceField(choices=["red", "blue"], required=False)
    labels = serializers.ListField(required=False)
    options = serializers.DictField(required=False)
    price = fields.MoneyInput(required=False)


@pytest.mark.parametrize(
    ("body", "pointer", "code", "detail"),
    [
        (1.5, "", "invalid", "Expected an object."),
        ({"price": []}, "/price", "invalid", "Expected an object."),
        ({"labels": {}}, "/labels", "not_a_list", "Expected an array."),
        ({"options": 5}, "/options", "not_a_dict", "Expected an object."),
        ({"color": 5}, "/color", "invalid_choice", "Expected one of: red, blue."),
        ({"color": "green"}, "/color", "invalid_choice", "Expected one of: red, blue."),
    ],
)
def test_a_refusal_speaks_of_json_and_says_what_is_expected(body, pointer, code, detail):
    with pytest.raises(ValidationError) as refused:
        ShelfInput(data=body).is_valid(raise_exception=True)

    assert list(field_errors(refused.value.detail)) == [FieldError(pointer, code, detail)]
