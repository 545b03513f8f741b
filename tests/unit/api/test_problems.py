from __future__ import annotations

import json

import pytest
from rest_framework.exceptions import AuthenticationFailed, Throttled, ValidationError

from core import errors as error_kinds
from core.errors import FieldError
from core.http import fields
from core.http.fields import MAX_FAULTS
from core.http.problems import (
    MAX_ERRORS,
    as_congocart_error,
    field_errors,
    headers_of,
    http_status_of,
    problem_of,
    problem_response,
)


class Line(fields.Input):
    sku = fields.StrictCharField(max_length=10)
    quantity = fields.StrictIntegerField(min_value=1, max_value=9_999)


class Basket(fields.Input):
    note = fields.StrictCharField(required=False)
    items = Line(many=True, max_length=3)
    codes = fields.StrictListField(child=fields.StrictCharField(), max_length=10, required=False)
    names = fields.StrictDictField(
        child=fields.StrictCharField(), max_length=3, max_name_length=10, required=False
    )


def pointers(data: object) -> set[tuple[str, str]]:
    basket = Basket(data=data)
    basket.is_valid()
    error = as_congocart_error(ValidationError(basket.errors))
    assert error is not None
    return {(item.pointer, item.code) for item in error.errors}


def kinds() -> list[type[error_kinds.CongoCartError]]:
    return [
        kind
        for kind in vars(error_kinds).values()
        if isinstance(kind, type) and issubclass(kind, error_kinds.CongoCartError)
        if kind is not error_kinds.CongoCartError
    ]


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_of_refusal_has_a_status_a_code_and_a_sentence(kind):
    problem = problem_of(kind())

    assert 400 <= problem["status"] <= 599
    assert problem["status"] == http_status_of(kind)
    assert problem["code"] == kind.code
    assert problem["detail"].endswith(".")
    assert problem["type"].endswith(problem["code"])


def test_an_error_of_an_app_inherits_the_status_of_its_kind():
    class OutOfTea(error_kinds.Conflict):
        """There is no tea."""

        code = "out_of_tea"

    assert http_status_of(OutOfTea()) == 409
    assert problem_of(OutOfTea(kettle="cold"))["kettle"] == "cold"


def test_the_response_is_a_problem_document_with_the_headers_of_its_error():
    response = problem_response(error_kinds.ResourceBusy(retry_after=3))

    assert response["Content-Type"] == "application/problem+json"
    assert response["Retry-After"] == "3"
    assert json.loads(response.content)["code"] == "resource_busy"


def test_a_401_says_how_to_authenticate():
    assert headers_of(error_kinds.Unauthenticated())["WWW-Authenticate"].startswith("Bearer")


def test_an_error_in_a_list_points_at_the_element():
    data = {"items": [{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 0, "gift": True}]}

    assert pointers(data) == {
        ("/items/1/quantity", "min_value"),
        ("/items/1/gift", "unknown_field"),
    }


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, {("/items", "required")}),
        ({"items": None}, {("/items", "null")}),
        ({"items": {}}, {("/items", "not_a_list")}),
        ({"items": "A"}, {("/items", "not_a_list")}),
        ({"items": [1]}, {("/items/0", "invalid")}),
        ({"items": [{}]}, {("/items/0/sku", "required"), ("/items/0/quantity", "required")}),
        ({"items": [{"sku": "A", "quantity": 1}] * 4}, {("/items", "max_length")}),
        ({"items": [], "codes": ["a", 5]}, {("/codes/1", "invalid")}),
        ({"items": [], "a/b~c": 1}, {("/a~1b~0c", "unknown_field")}),
        ([], {("", "invalid")}),
        ("text", {("", "invalid")}),
        (None, {("", "null")}),
        (5, {("", "invalid")}),
    ],
)
def test_each_mistake_is_named_where_it_is(data, expected):
    assert pointers(data) == expected


def test_a_thousand_mistakes_are_not_all_repeated():
    errors = [FieldError(f"/{number}", "unknown_field", "?") for number in range(1_000)]
    error = as_congocart_error(ValidationError({str(number): ["?"] for number in range(1_000)}))

    assert error is not None
    assert len(error.errors) == MAX_ERRORS
    assert len(problem_of(error_kinds.Invalid(errors=errors))["errors"]) == MAX_ERRORS


def test_a_long_list_is_refused_before_its_members_are_looked_at():
    assert pointers({"items": [], "codes": [5] * 11}) == {("/codes", "max_length")}


def test_no_more_than_the_first_faulty_members_and_unknown_names_are_reported():
    many = fields.StrictListField(child=fields.StrictCharField(), max_length=1_000)
    with pytest.raises(ValidationError) as refusal:
        many.run_validation([5] * 1_000)
    unknown = pointers({"items": [], **dict.fromkeys(map(str, range(1_000)))})

    assert len(refusal.value.detail) == MAX_FAULTS
    assert unknown == {(f"/{number}", "unknown_field") for number in range(MAX_FAULTS)}


def test_an_object_of_own_names_is_bounded_in_number_and_length():
    assert pointers({"items": [], "names": dict.fromkeys("abcd", "")}) == {("/names", "max_length")}
    assert pointers({"items": [], "names": {"a" * 11: "x"}}) == {("/names", "name_too_long")}
    assert pointers({"items": [], "names": {"a": 5, "b": "x"}}) == {("/names/a", "invalid")}


def test_names_and_values_of_a_client_are_repeated_in_part():
    error = FieldError("/" + "a" * 1_000_000, "invalid", "b" * 1_000_000)

    assert len(problem_response(error_kinds.Invalid(errors=[error])).content) < 2_000


def test_a_detail_without_a_code_is_invalid():
    assert list(field_errors({"name": ["No."]})) == [FieldError("/name", "invalid", "No.")]


def test_the_insides_of_a_token_library_are_not_told():
    error = as_congocart_error(AuthenticationFailed({"messages": [{"token_class": "Access"}]}))

    assert error is not None
    assert error.detail == "Credentials are missing or not valid."


def test_a_throttled_request_is_told_when_to_come_back():
    error = as_congocart_error(Throttled(wait=1.2))

    assert error is not None
    assert (error.code, error.retry_after) == ("rate_limited", 2)


def test_a_bug_is_not_an_answer():
    assert as_congocart_error(RuntimeError("secret")) is None
