"""What a reduced price is compared with, in files that are imported."""

from __future__ import annotations

import pytest

from catalog.models import Price, PriceChange
from tests.integration.catalog.conftest import Import

pytestmark = pytest.mark.django_db
OWN = "title,sku,price,price:EUR,compare_at_price\nMug,MUG,8,9,{}\n"
SHOPIFY = "Handle,Title,Variant SKU,Variant Price,Variant Compare At Price\nmug,Mug,MUG,8,{}\n"


def compared() -> dict[str, int | None]:
    return dict(Price.objects.values_list("currency", "compare_at"))


@pytest.mark.parametrize(("text", "options"), [(OWN, {}), (SHOPIFY, {"format": "shopify"})])
def test_a_file_sets_and_removes_what_a_price_is_compared_with(
    run: Import, text: str, options: dict[str, str]
) -> None:
    for cell, kept in (("10", 1_000), ("10", 1_000), ("12.50", 1_250), ("", None)):
        _, problems = run(text.format(cell), **options)
        assert problems == []
        assert compared()["GBP"] == kept
        assert compared().get("EUR") is None
    changes = PriceChange.objects.filter(currency="GBP").order_by("starts_at")
    assert list(changes.values_list("amount", "compare_at")) == [
        (800, 1_000), (800, 1_250), (800, None),
    ]  # fmt: skip


def test_the_same_file_again_changes_nothing(run: Import) -> None:
    run(OWN.format("10"))
    printed, _ = run(OWN.format("10"))
    assert "0 created, 0 updated, 1 unchanged" in printed.replace("products ", "")


def test_a_file_without_the_column_leaves_it(run: Import) -> None:
    run(OWN.format("10"))
    run("title,sku,price\nMug,MUG,7\n")
    assert list(Price.objects.filter(currency="GBP").values_list("amount", "compare_at")) == [
        (700, 1_000)
    ]


@pytest.mark.parametrize("cell", ["ten", "-1", "1.999", "10000000001"])
def test_a_bad_comparison_leaves_the_row_out(run: Import, cell: str) -> None:
    _, problems = run(OWN.format(cell))
    assert problems
    assert not Price.objects.exists()
