from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from catalog.models import Price, Product, Variant
from inventory.models import Stock

pytestmark = pytest.mark.django_db
SAMPLES = sorted((settings.BASE_DIR.parent / "shared/data/shopify-csv").glob("*.csv"))


@pytest.mark.skipif(not SAMPLES, reason="the sample stores are not here")
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_real_export_is_imported_whole_and_only_once(path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    handles = {row["Handle"] for row in rows}

    printed = _import(path)

    assert printed == f"{len(handles)} products created, 0 updated, 0 unchanged; 0 rows left out."
    assert set(Product.objects.values_list("slug", flat=True)) == handles
    assert Variant.objects.count() == len(rows)
    pence = sum(round(float(row["Variant Price"]) * 100) for row in rows)
    assert sum(Price.objects.values_list("amount", flat=True)) == pence
    units = sum(int(row["Variant Inventory Qty"]) for row in rows)
    assert sum(Stock.objects.values_list("on_hand", flat=True)) == units
    assert not Product.objects.filter(description__contains="<").exists()

    before = list(Variant.objects.order_by("id").values())
    printed = _import(path)
    assert printed == f"0 products created, 0 updated, {len(handles)} unchanged; 0 rows left out."
    assert list(Variant.objects.order_by("id").values()) == before


def _import(path: Path) -> str:
    out, err = StringIO(), StringIO()
    call_command("import_products", str(path), format="shopify", stdout=out, stderr=err)
    assert err.getvalue() == ""
    return out.getvalue().strip()
