"""What a file says of weights and of what is not delivered."""

from __future__ import annotations

import pytest

from catalog.models import Variant
from tests.integration.catalog.conftest import Import

pytestmark = pytest.mark.django_db

OWN = "title,sku,price,weight,weight_unit,requires_shipping\n"
SHOPIFY = (
    "Handle,Title,Variant SKU,Variant Price,Variant Grams,Variant Weight Unit,"
    "Variant Requires Shipping\n"
)


def shipping() -> dict[str, tuple[int, bool]]:
    rows = Variant.objects.values_list("sku", "weight", "requires_shipping")
    return {sku: (weight, ships) for sku, weight, ships in rows}


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ("250,,", (250, True)),
        ("1.5,kg,true", (1_500, True)),
        ("1,lb,yes", (454, True)),
        ("1,oz,TRUE", (29, True)),
        ("0.2,g,", (1, True)),
        (",,false", (0, False)),
        ("0,,no", (0, False)),
    ],
)
def test_our_own_format_has_weights_in_four_units(run: Import, row, kept) -> None:
    _, problems = run(f"{OWN}Mug,MUG,1.00,{row}\n")
    assert problems == []
    assert shipping() == {"MUG": kept}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("heavy,,", "line 2: 'heavy' is not a weight."),
        ("-1,,", "line 2: '-1' is not a weight."),
        ("1,stone,", "line 2: 'stone' is not a unit of weight: use g, kg, lb, oz."),
        ("9999999999,,", "line 2: '9999999999' g is more than 1,000,000,000 g."),
        ("1,,perhaps", "line 2: 'perhaps' is neither true nor false."),
    ],
)
def test_what_is_no_weight_is_named(run: Import, row, problem) -> None:
    assert run(f"{OWN}Mug,MUG,1.00,{row}\n")[1] == [problem]
    assert shipping() == {}


def test_a_file_without_the_columns_leaves_them_alone(run: Import) -> None:
    run(f"{OWN}Mug,MUG,1.00,250,,false\n")
    printed, _ = run("title,sku,price\nMug,MUG,1.00\n")
    assert printed.startswith("0 products created, 0 updated, 1 unchanged")
    assert shipping() == {"MUG": (250, False)}


def test_a_weight_that_differs_is_a_change(run: Import) -> None:
    run(f"{OWN}Mug,MUG,1.00,250,,\n")
    assert run(f"{OWN}Mug,MUG,1.00,300,,false\n")[0].startswith("0 products created, 1 updated")
    assert shipping() == {"MUG": (300, False)}


def test_shopify_has_weights_in_grams_whatever_unit_it_shows(run: Import) -> None:
    rows = "shirt,Shirt,SHIRT,50,226,lb,true\nsong,Song,SONG,1,0,kg,false\n"
    assert run(SHOPIFY + rows, format="shopify")[1] == []
    assert shipping() == {"SHIRT": (226, True), "SONG": (0, False)}
