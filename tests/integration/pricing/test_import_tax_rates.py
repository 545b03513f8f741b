"""Importing tax rates: all of a file or nothing, again without effect, and in good order."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from core.postal import country_with
from pricing.domain import EU_COUNTRIES
from pricing.importing import BUNDLED, read_rates
from pricing.models import TaxRate
from pricing.selectors import pricing_rules

pytestmark = pytest.mark.django_db

HEADER = "country,region,tax_class,title,rate,added,valid_from,valid_to,source\n"


class Run:
    """What the command has printed."""

    def __init__(self, *arguments: Any) -> None:
        out, err = StringIO(), StringIO()
        self.refusal = ""
        try:
            call_command("import_tax_rates", *arguments, stdout=out, stderr=err)
        except CommandError as error:
            self.refusal = str(error)
        self.out, self.err = out.getvalue(), err.getvalue()


@pytest.fixture
def imported(tmp_path: Path) -> Any:
    """Imports lines of CSV."""

    def run(*lines: str, options: tuple[str, ...] = (), header: str = HEADER) -> Run:
        path = tmp_path / "rates.csv"
        path.write_text(header + "\n".join(lines))
        return Run(str(path), *options)

    return run


def timeline(**of: str) -> list[tuple[str, date, date | None]]:
    rows = TaxRate.objects.filter(**of).order_by("valid_from")
    return [(f"{row.rate.normalize():f}", row.valid_from, row.valid_to) for row in rows]


@pytest.mark.parametrize("name", sorted(path.stem for path in BUNDLED.glob("*.csv")))
def test_a_bundled_file_is_imported_whole_and_again_without_effect(name: str) -> None:
    first, second = Run("--bundled", name), Run("--bundled", name)
    count = TaxRate.objects.count()

    assert (first.refusal, first.err) == ("", "")
    assert first.out == f"{count} rates created, 0 changed, 0 unchanged.\n"
    assert second.out == f"0 rates created, 0 changed, {count} unchanged.\n"
    assert not TaxRate.objects.filter(source="").exists()


def test_every_member_state_has_one_standard_rate_today() -> None:
    Run("--bundled", "eu-vat")
    today = date(2026, 11, 29)
    rates = {
        rate.country: rate.rate
        for rate in TaxRate.objects.filter(tax_class="standard")
        if rate.as_dated().holds_on(today)
    }
    # European Commission, TEDB; HM Revenue & Customs.
    assert {country: f"{rate * 100:.1f}" for country, rate in rates.items()} == {
        "AT": "20.0", "BE": "21.0", "BG": "20.0", "CY": "19.0", "CZ": "21.0", "DE": "19.0",
        "DK": "25.0", "EE": "24.0", "ES": "21.0", "FI": "25.5", "FR": "20.0", "GB": "20.0",
        "GR": "24.0", "HR": "25.0", "HU": "27.0", "IE": "23.0", "IM": "20.0", "IT": "22.0",
        "LT": "21.0", "LU": "17.0", "LV": "21.0", "MC": "20.0", "MT": "18.0", "NL": "21.0",
        "PL": "23.0", "PT": "23.0", "RO": "21.0", "SE": "25.0", "SI": "22.0", "SK": "23.0",
    }  # fmt: skip
    assert set(rates) >= EU_COUNTRIES
    # Directive 2006/112/EC: no standard rate below 15 % (art. 97).
    assert min(rates.values()) >= Decimal("0.15")


def test_bundled_regions_are_those_that_addresses_have() -> None:
    keys = {region.key for region in country_with("US").regions}  # type: ignore[union-attr]
    rates = read_rates(BUNDLED / "us-example.csv").rates
    assert {rate.region for rate in rates} <= keys


def test_a_new_rate_ends_the_one_before_it(imported: Any) -> None:
    imported("EE,,standard,VAT,0.22,,2024-01-01,,law")
    done = imported("EE,,standard,VAT,0.24,,2025-07-01,,law")

    assert done.out == "1 rates created, 1 changed, 0 unchanged.\n"
    assert timeline() == [
        ("0.22", date(2024, 1, 1), date(2025, 6, 30)),
        ("0.24", date(2025, 7, 1), None),
    ]
    again = imported("EE,,standard,VAT,0.24,,2025-07-01,,law")
    assert again.out == "0 rates created, 0 changed, 1 unchanged.\n"
    old = imported("EE,,standard,VAT,0.22,,2024-01-01,,law")
    assert old.out == "0 rates created, 0 changed, 1 unchanged.\n"
    assert len(timeline()) == 2


def test_an_earlier_rate_ends_before_the_stored_one_begins(imported: Any) -> None:
    imported("EE,,standard,VAT,0.24,,2025-07-01,,law")
    imported("EE,,standard,VAT,0.22,,2024-01-01,,law", "EE,,standard,VAT,0.2,,2009-07-01,,law")
    assert timeline() == [
        ("0.2", date(2009, 7, 1), date(2023, 12, 31)),
        ("0.22", date(2024, 1, 1), date(2025, 6, 30)),
        ("0.24", date(2025, 7, 1), None),
    ]


def test_a_figure_can_be_corrected(imported: Any) -> None:
    imported("EE,,standard,VAT,0.23,,2025-07-01,,rumor")
    kept = TaxRate.objects.get().pk
    done = imported("EE,,standard,VAT,24 %,,2025-07-01,,law")
    assert done.out == "0 rates created, 1 changed, 0 unchanged.\n"
    rate = TaxRate.objects.get()
    assert (rate.pk, rate.rate, rate.source) == (kept, Decimal("0.24"), "law")


def test_rates_that_overlap_are_refused_and_nothing_is_imported(imported: Any) -> None:
    done = imported(
        "FR,,standard,VAT,0.2,,2014-01-01,,law",
        "EE,,standard,VAT,0.22,,2024-01-01,2025-07-01,law",
        "EE,,standard,VAT,0.24,,2025-07-01,,law",
        "EE,,reduced,VAT,0.09,,2025-07-01,,law",
        "EE,,reduced,VAT,0.13,,2025-07-01,,law",
    )
    assert done.refusal == "2 lines are no good; nothing was imported."
    assert "line 3: EE standard from 2024-01-01 to 2025-07-01 overlaps" in done.err
    assert "of line 4." in done.err
    assert "line 6: EE reduced from 2025-07-01 is on line 5 already." in done.err
    assert not TaxRate.objects.exists()


def test_a_rate_that_reaches_into_a_stored_one_is_refused(imported: Any) -> None:
    imported("EE,,standard,VAT,0.24,,2025-07-01,,law")
    done = imported("EE,,standard,VAT,0.22,,2024-01-01,2025-12-31,law")
    assert "overlaps EE standard from 2025-07-01 of the shop." in done.err
    assert timeline() == [("0.24", date(2025, 7, 1), None)]


def test_days_without_a_rate_are_told_and_imported_all_the_same(imported: Any) -> None:
    done = imported(
        "EE,,standard,VAT,0.22,,2024-01-01,2025-05-31,law",
        "EE,,standard,VAT,0.24,,2025-07-01,,law",
    )
    assert "line 3: EE standard from 2025-07-01: between 2025-05-31 and 2025-07-01" in done.err
    assert done.out.startswith("2 rates created")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("XX,,,,0.2,,2024-01-01,,", "There is no country with the code 'XX'."),
        ("CA,Atlantis,,,0.2,,2024-01-01,,", "CA has no region 'Atlantis'."),
        ("DE,,,,20,,2024-01-01,,", "the rate is '20'; it has to be like 0.2, or 20 %."),
        ("DE,,,,-0.2,,2024-01-01,,", "the rate is '-0.2'"),
        ("DE,,,,101 %,,2024-01-01,,", "the rate is '101 %'"),
        ("DE,,,,1e-1,,2024-01-01,,", "the rate is '1e-1'"),
        ("DE,,,,0.12345 %,,2024-01-01,,", "the rate '0.12345 %' has more than six decimals"),
        ("DE,,,,0.2,,1.1.2024,,", "valid_from is '1.1.2024'"),
        ("DE,,,,0.2,,2024-02-30,,", "valid_from is '2024-02-30'"),
        ("DE,,,,0.2,,2024-01-01,2023-12-31,", "it ends on 2023-12-31, before it begins"),
        ("DE,,no spaces,,0.2,,2024-01-01,,", "the tax class has to be letters"),
        ("DE,,,,0.2,maybe,2024-01-01,,", "added is 'maybe'"),
        ("DE,,,,0.2,yes,2024-01-01,,", "a rate that is added needs a title"),
        ("DE,,,,0.2,,2024-01-01", "there is not a field per column"),
        (f"DE,,,{'x' * 101},0.2,,2024-01-01,,", "title has more than 100 characters."),
        ("DE,,,\u202e\u0000,0.2,,2024-01-01,,", "line 3"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_imported(imported: Any, line: str, fault: str) -> None:
    done = imported("FR,,standard,VAT,0.2,,2014-01-01,,law", line)
    assert f"line 3: {fault}".removeprefix("line 3: line 3") in done.err
    assert done.refusal == "1 lines are no good; nothing was imported."
    assert not TaxRate.objects.exists()


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("country,rate\n", "the header lacks these columns: valid_from."),
        ("country,rate,valid_from,color\n", "these columns are not known: color."),
        ("country,rate,valid_from,rate\n", "the header names a column twice."),
        ("", "the header lacks these columns: country, rate, valid_from."),
        (HEADER, "there is no rate in it."),
        ('country,"rate\n', "is not CSV"),
    ],
)
def test_a_file_that_is_none_is_one_line(imported: Any, header: str, fault: str) -> None:
    assert fault in imported(header=header).refusal


def test_a_dry_run_says_what_it_would_do(imported: Any) -> None:
    done = imported("DE,,standard,VAT,0.19,,2021-01-01,,", options=("--dry-run",))
    assert done.out == "1 rates would be created, 0 changed, 0 unchanged.\n"
    assert not TaxRate.objects.exists()


def test_json_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "rates.json"
    rate = {"country": "CA", "region": "Quebec", "title": "QST", "rate": "0.09975", "added": True,
            "valid_from": "2013-01-01"}  # fmt: skip
    path.write_text(json.dumps([rate]))
    assert Run(str(path)).out == "1 rates created, 0 changed, 0 unchanged.\n"
    assert TaxRate.objects.values_list("region", "rate", "added").get() == (
        "QC", Decimal("0.099750"), True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "this is not JSON."),
        ("[" * 100_000, "this is not JSON."),
        ("{}", "this has to be a list of objects"),
        ("[1]", "this has to be a list of objects"),
        ('[{"country": "DE", "rate": 0.2, "valid_from": "2024-01-01"}]', "1 lines are no good"),
        ('[{"country": "DE", "paint": ""}]', "1 lines are no good"),
        ("[]", "there is no rate in it."),
    ],
)
def test_json_that_is_no_list_of_rates_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "rates.json"
    path.write_text(text)
    assert fault in Run(str(path)).refusal
    assert not TaxRate.objects.exists()


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    assert "No such file" in Run(str(tmp_path / "none.csv")).refusal


def test_new_rates_are_priced_with_at_once(imported: Any) -> None:
    assert not pricing_rules().tax.table
    imported("DE,,standard,VAT,0.19,,2021-01-01,,")
    assert set(pricing_rules().tax.table) == {("DE", "")}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pricing_taxrate")
    assert not pricing_rules().tax.table
