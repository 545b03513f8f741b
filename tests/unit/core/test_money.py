from __future__ import annotations

from decimal import Decimal

import pytest

from core.money import (
    Money,
    format_money,
    known_currencies,
    minor_digits,
    to_major,
    to_minor,
)


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        ("GBP", 2), ("EUR", 2), ("CHF", 2), ("HUF", 2), ("TWD", 2), ("BYN", 2),
        ("JPY", 0), ("KRW", 0), ("ISK", 0), ("CLP", 0), ("VND", 0), ("UGX", 0), ("XOF", 0),
        ("KWD", 3), ("BHD", 3), ("JOD", 3), ("OMR", 3), ("TND", 3), ("LYD", 3),
        ("CLF", 4), ("UYW", 4),
    ],
)  # fmt: skip
def test_the_digits_of_a_currency_are_those_of_iso_4217(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("currency", "digits"), [("RSD", 2), ("ALL", 2), ("LBP", 2), ("MMK", 2), ("IQD", 3)]
)
def test_digits_that_only_printing_leaves_out_still_count(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("19.99", "GBP", 1999), ("19.9", "GBP", 1990), ("19", "GBP", 1900), ("0", "GBP", 0),
        ("1999", "JPY", 1999), ("1999.00", "JPY", 1999), ("1.234", "KWD", 1234),
        ("1E+3", "JPY", 1000), ("-0.01", "EUR", -1),
        ("12345678901234567890.12", "GBP", 1234567890123456789012),
    ],
)  # fmt: skip
def test_a_typed_price_becomes_minor_units_and_back(typed: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(typed), currency) == minor
    assert to_major(minor, currency) == Decimal(typed)


@pytest.mark.parametrize(
    ("typed", "currency"), [("19.999", "GBP"), ("0.5", "JPY"), ("1.2345", "KWD"), ("1E-9", "EUR")]
)
def test_a_price_with_more_digits_than_its_currency_is_not_guessed_at(
    typed: str, currency: str
) -> None:
    with pytest.raises(ValueError, match="more decimals"):
        to_minor(Decimal(typed), currency)


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_what_is_no_number_is_no_price(typed: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        to_minor(Decimal(typed), "GBP")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1999, "GBP", "£19.99"),
        (-5, "GBP", "-£0.05"),
        (123456789, "EUR", "€1,234,567.89"),
        (1999, "JPY", "JP¥1,999"),
        (1500, "KWD", "KWD1.500"),
        (1051, "RSD", "RSD10.51"),
        (1999, "IQD", "IQD1.999"),
    ],
)
def test_people_read_every_digit_that_counts(amount: int, currency: str, text: str) -> None:
    assert format_money(amount, currency).replace("\N{NO-BREAK SPACE}", "") == text
    assert str(Money(amount, currency)) == format_money(amount, currency)


def test_every_currency_can_be_printed_and_read_back() -> None:
    assert {"GBP", "EUR", "USD", "JPY", "KWD"} <= known_currencies()
    for currency in known_currencies():
        assert to_minor(to_major(1_234_567, currency), currency) == 1_234_567
        assert format_money(1_234_567, currency)


@pytest.mark.parametrize("code", ["GBP", "EUR", "JPY", "KWD", "SLE", "XAF", "XCG", "ZWG"])
def test_a_currency_is_what_people_pay_in_today(code: str) -> None:
    assert code in known_currencies()


@pytest.mark.parametrize("code", ["DEM", "HRK", "XAU", "XXX", "XTS", "XDR", "CLF", "CNH", "gbp"])
def test_metals_funds_tests_and_what_was_money_once_are_no_currency(code: str) -> None:
    assert code not in known_currencies()
