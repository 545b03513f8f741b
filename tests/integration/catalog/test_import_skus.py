from __future__ import annotations

import pytest

from catalog.models import Variant
from tests.catalog import product, variant
from tests.integration.catalog.conftest import Import

pytestmark = pytest.mark.django_db
BOOKS = "handle,title,sku,price,option:Grade\n" + "".join(
    f"book,Book,,{price},{grade}\n"
    for price, grade in enumerate(["C", "C++", "C#", "Rosé", "Rose"])
)


def grades() -> dict[str, str]:
    return {row.options["Grade"]: row.sku for row in Variant.objects.all()}


def test_variants_without_skus_whose_options_read_alike_all_land(run: Import) -> None:
    printed, problems = run(BOOKS)

    assert (problems, printed[:18]) == ([], "1 products created")
    first = grades()
    assert (len(first), len(set(first.values()))) == (5, 5)
    assert (first["C"], first["Rosé"]) == ("book-c", "book-rose")
    assert all(first[grade].startswith("book-c-") for grade in ("C++", "C#"))

    header, *rows = BOOKS.splitlines(keepends=True)
    printed, problems = run(header + "".join(rows[::-1]))

    assert (problems, printed[:45]) == ([], "0 products created, 0 updated, 1 unchanged; 0")
    assert grades() == first


def test_a_sku_that_an_earlier_import_has_made_stays(run: Import) -> None:
    product("Book", variant("book-c", 100, title="C++", options={"Grade": "C++"}))

    run(BOOKS)
    again, problems = run(BOOKS)

    assert problems == []
    assert "1 unchanged" in again
    assert grades()["C++"] == "book-c"
    assert grades()["C"].startswith("book-c-")


def test_options_that_are_spelled_another_way_are_the_same_variant(run: Import) -> None:
    run("handle,title,sku,price,option:Cut\ntop,Top,,1,T-Shirt\n")
    _, problems = run("handle,title,sku,price,option:Cut\ntop,Top,,1,t shirt\ntop,,,1,T-SHIRT\n")

    assert problems == ["line 3: the SKU top-t-shirt was in the file before."]
    assert Variant.objects.get().options == {"Cut": "t shirt"}


def test_a_variant_that_staff_renamed_is_still_known_by_its_sku(run: Import) -> None:
    content = "handle,title,sku,price,option:Color\nmug,Mug,,1,Red\n"
    run(content)
    Variant.objects.update(options={"Color": "Crimson"})

    run(content)

    assert Variant.objects.values_list("sku", "options").get() == ("mug-red", {"Color": "Red"})


@pytest.mark.parametrize("between", [0, 600])
def test_a_sku_that_another_product_has_is_not_made_again(run: Import, between: int) -> None:
    others = "".join(f"p{n},P{n},P{n},1,\n" for n in range(between))
    content = (
        "handle,title,sku,price,option:Color\n"
        f"shirt,Shirt,,1,Red\n{others}shirt-red,Red shirt,,2,\n"
    )

    run(content)
    before = list(Variant.objects.order_by("id").values())
    printed, problems = run(content)

    assert (problems, printed[:31]) == ([], "0 products created, 0 updated, ")
    assert list(Variant.objects.order_by("id").values()) == before
    assert Variant.objects.filter(sku__startswith="shirt-red").count() == 2


def test_a_sku_that_the_file_gives_to_two_products_is_still_refused(run: Import) -> None:
    _, problems = run("handle,title,sku,price\na,A,SAME,1\nb,B,SAME,1\n")

    assert problems == ["line 3: the SKU SAME was in the file before."]


def test_long_handles_make_short_and_stable_skus(run: Import) -> None:
    handle = "very-long-" * 15
    content = f"handle,title,sku,price,option:Size\n{handle},Long,,1,S\n{handle},,,1,M\n"

    run(content)
    run(content)

    skus = list(Variant.objects.values_list("sku", flat=True))
    assert len(set(skus)) == len(skus) == 2
    assert all(len(sku) <= 100 for sku in skus)
