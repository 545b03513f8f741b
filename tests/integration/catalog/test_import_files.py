from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Product
from tests.integration.catalog.conftest import Import

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
        lambda text: text.rstrip("\n").encode(),
        lambda text: text.replace("\n", "\n\n,,,\n").encode(),
    ],
)
def test_files_are_read_as_people_save_them(run: Import, encode: Callable[[str], bytes]) -> None:
    printed, problems = run(encode("title,sku,price,stock\nCrème brûlée,BRULEE,9.99,1\n"))

    assert problems == []
    assert printed.startswith("1 products created")
    assert Product.objects.get().title == "Crème brûlée"
    assert Product.objects.get().slug == "creme-brulee"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "the file is empty."),
        (b"\n", "the file is empty."),
        (b"a,b,c\n1,2,3\n", "the header lacks these columns: title, sku, price."),
        (b"Handle,Title,Variant Price\n", "Is it --format shopify?"),
        (b"title,sku,price,price\n", "the header names a column twice."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "the header lacks these columns"),
    ],
)
def test_a_file_that_is_no_catalog_is_refused_in_one_line(
    run: Import, content: bytes, complaint: str
) -> None:
    with pytest.raises(CommandError) as refusal:
        run(content)

    assert complaint in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_products", str(tmp_path / "nothing.csv"))


def test_an_unknown_currency_is_refused(run: Import) -> None:
    with pytest.raises(CommandError, match="'pounds' is not an ISO 4217 currency code"):
        run("title,sku,price\nA,A,1\n", currency="pounds")


def test_a_field_that_never_ends_costs_its_row_but_not_the_file(run: Import) -> None:
    printed, problems = run(f'title,sku,price\nA,A,1\n"{"x" * 1_000_001}",B,1\nC,C,1\n')

    assert problems == ["line 3: this is not CSV (field larger than field limit (1000000))."]
    assert printed.startswith("2 products created")


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_quote_that_is_never_closed_is_named_with_the_line_that_opens_it(
    run: Import, end: str
) -> None:
    printed, problems = run(f'title,sku,price,description\nA,A,1,\nB,B,1,"Big\nC,C,1,{end}')

    assert problems == ["line 3: a quote is opened and never closed; nothing after it is read."]
    assert printed == "1 products created, 0 updated, 0 unchanged; 1 rows left out."


def test_a_quote_that_swallows_the_next_row_is_named(run: Import) -> None:
    printed, problems = run('title,sku,price,description\nA,A,1,"Big\nB,B,1,"Small"\nC,C,1,\n')

    assert problems == ["line 2: this is not CSV (',' expected after '\"')."]
    assert printed.startswith("1 products created")


def test_inches_are_no_quotes(run: Import) -> None:
    _, problems = run('title,sku,price\n"6"" pipe",A,1\nPipe 5" x 2,B,1\n')

    assert problems == []
    assert set(Product.objects.values_list("title", flat=True)) == {'6" pipe', 'Pipe 5" x 2'}
