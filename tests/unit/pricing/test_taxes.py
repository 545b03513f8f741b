"""Tax on prices and in them, by published figures and over a real trading day."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from pricing.domain import TaxRounding, TaxRules
from tests.pricing import quote, taxed

DAY = Path(__file__).parents[4] / "shared/data/online-retail/2010-12-01.csv"
VAT = Decimal("0.2")


@pytest.mark.parametrize(
    ("terms", "amount", "tax"),
    [
        # HMRC, VAT guide (Notice 700): the VAT fraction is 1/6 at 20 % and 1/21 at 5 %.
        (taxed(VAT, included=True), 120_00, 20_00),
        (taxed(Decimal("0.05"), included=True), 105_00, 5_00),
        (taxed(VAT), 100_00, 20_00),
        # Switzerland's standard rate: tenths of a percent.
        (taxed(Decimal("0.081")), 99_95, 8_10),
        (taxed(Decimal("0.081"), included=True), 99_95, 7_49),
        (taxed(Decimal(0), included=True), 99_95, 0),
        (taxed(Decimal(1), included=True), 1, 1),
        # Yen have no decimals, dinars three: a minor unit is a minor unit.
        (taxed(Decimal("0.1"), included=True), 110, 10),
        (taxed(Decimal("0.05"), included=True), 1_050, 50),
    ],
)
def test_published_and_plain_figures(terms: TaxRules, amount: int, tax: int) -> None:
    assert terms.flat.of(amount, included=terms.included) == tax


def test_rounding_on_lines_and_on_the_whole_differ_by_what_was_rounded() -> None:
    """Three lines at 0.12 gross hold 0.02 each, and 0.06 together; at 0.10 they differ."""
    basket = [(10, 1)] * 3
    by_line = quote(basket, tax=taxed(VAT, included=True, rounding=TaxRounding.LINE))
    by_order = quote(basket, tax=taxed(VAT, included=True))

    assert (by_line.totals.tax, by_order.totals.tax) == (6, 5)
    assert [line.tax for line in by_order.lines] == [2, 2, 1]
    assert by_line.totals.total == by_order.totals.total == 30


def invoices() -> Iterator[list[tuple[int, int]]]:
    """The day's invoices as lines of (unit price in pence, units)."""
    lines: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    with DAY.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            units = int(row["Quantity"])
            if not row["InvoiceNo"].startswith("C") and units > 0:
                lines[row["InvoiceNo"]].append((int(Decimal(row["UnitPrice"]) * 100), units))
    yield from lines.values()


@pytest.mark.skipif(not DAY.exists(), reason="the trading day is not here")
def test_a_trading_day_adds_up_in_both_roundings() -> None:
    """Net and VAT are the gross of each invoice and of the day, to the penny."""
    taxes = {}
    for rounding in TaxRounding:
        gross = net = tax = 0
        for lines in invoices():
            totals = quote(lines, tax=taxed(VAT, included=True, rounding=rounding)).totals
            assert totals.total == totals.subtotal
            gross += totals.total
            net += totals.total - totals.tax
            tax += totals.tax
        assert gross == net + tax
        taxes[rounding] = tax

    assert taxes == {TaxRounding.ORDER: 9826_90, TaxRounding.LINE: 9829_36}
    # Both are allowed (HMRC, VATREC12010 and Notice 700, 17.5); docs/taxes.md tells the difference.
    assert taxes[TaxRounding.LINE] - taxes[TaxRounding.ORDER] == 2_46
