"""How codes are written, compared, made up and counted."""

from __future__ import annotations

import re
from math import log2

import pytest

from core.email_address import normalize_email
from core.ids import uuid7
from pricing.domain import (
    EnteredCode,
    clean_code,
    code_key,
    customer_key,
    joined_codes,
    with_code,
    without_code,
)
from pricing.domain.codes import _ALPHABET, KnownCode, known_codes, new_codes
from pricing.errors import CodeNotFound, InvalidCode, TooManyCodes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("WELCOME10", "WELCOME10"),
        ("  save-5_now.  ", "save-5_now."),
        ("ＳＡＶＥ１０", "SAVE10"),
        ("10%-OFF!", "10%-OFF!"),
        ("ÉTÉ", "ÉTÉ"),
        ("夏セール", "夏セール"),
        ("x" * 64, "x" * 64),
        ("5", "5"),
        ("A" + " " * 255, "A"),
    ],
)
def test_a_code_is_shown_as_it_was_typed(text: str, code: str) -> None:
    assert clean_code(text) == code


NO_CODES = (
    "", " ", "A B", "A\tB", "A\nB", "🎉", "A\u200bB", "A/B", "A\\B", "---", "x" * 65, "x" * 10_000,
    "A" + " " * 256, "ﷺ" * 10,
)  # fmt: skip


@pytest.mark.parametrize("text", NO_CODES)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(InvalidCode):
        clean_code(text)


def test_case_does_not_matter() -> None:
    assert code_key("Straße") == code_key("STRASSE")
    assert code_key("İstanbul") == code_key("i̇stanbul")
    assert code_key("A") != code_key("B")


def test_made_up_codes_differ_and_cannot_be_guessed() -> None:
    codes = list(new_codes(10_000, "SUMMER"))

    assert len(set(map(code_key, codes))) == 10_000
    assert all(re.fullmatch(r"SUMMER(-[2-9A-Z]{4}){2}-[2-9A-Z]{5}", code) for code in codes)
    assert log2(len(_ALPHABET)) * 13 >= 60
    assert not set("01OILU") & set(_ALPHABET)
    assert {len(code) for code in new_codes(1)} == {15}


def test_a_list_has_each_code_once_and_twenty_at_most() -> None:
    codes = [f"C{number}" for number in range(20)]

    assert with_code(codes, "c7") == codes
    assert with_code(["A"], "B") == ["A", "B"]
    with pytest.raises(TooManyCodes):
        with_code(codes, "C20")


def test_a_code_is_taken_out_however_it_is_spelled() -> None:
    assert without_code(["A", "B"], "a") == ["B"]
    with pytest.raises(CodeNotFound):
        without_code(["A"], "B")


def test_joining_keeps_the_codes_of_both() -> None:
    assert joined_codes(["A", "B"], ["b", "C"]) == ["A", "B", "C"]
    assert joined_codes([f"A{n}" for n in range(15)], [f"B{n}" for n in range(15)]) == [
        *(f"A{n}" for n in range(15)),
        *(f"B{n}" for n in range(5)),
    ]


def test_a_known_code_stands_for_a_promotion_however_it_is_spelled() -> None:
    """The shop is asked for keys; what it does not know stands for nothing and stays entered."""
    code_id, promotion_id = uuid7(), uuid7()
    row = {
        "key": "welcome",
        "id": str(code_id),
        "promotion_id": str(promotion_id),
        "usage_limit": 3,
    }

    known = known_codes(["Nope", "WELCOME"], [row])

    assert known == [KnownCode("Nope"), KnownCode("WELCOME", code_id, promotion_id, 3)]
    assert [each.entered for each in known] == [
        EnteredCode("Nope", None),
        EnteredCode("WELCOME", str(promotion_id)),
    ]


def test_a_customer_is_the_account_or_else_the_address() -> None:
    account = uuid7()

    assert customer_key(customer_id=None, email="") == ""
    assert customer_key(customer_id=account, email="a@example.com") == customer_key(
        customer_id=account, email="b@example.com"
    )
    keys = {
        customer_key(customer_id=None, email=normalize_email(email))
        for email in (
            "ada@example.com",
            " Ada@EXAMPLE.com",
            "a.da@example.com",
            "ada+1@example.com",
        )
    }
    assert len(keys) == 3
