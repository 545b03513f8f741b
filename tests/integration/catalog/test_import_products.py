from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Category, Price, Product, SearchWord, Variant
from inventory.models import Movement, Stock
from tests.catalog import NOW, product, variant
from tests.integration.catalog.conftest import Import

pytestmark = pytest.mark.django_db

MUGS = """\
handle,title,description,category,sku,option:Color,price,price:EUR,stock
mug,Stoneware mug,Holds 350 ml.,Home > Kitchen,MUG-BLUE,Blue,12.50,14.90,250
mug,,,,MUG-GREEN,Green,12,,40
plate,Plate,,Home,PLATE,,8.00,,
"""
SHOPIFY = """\
Handle,Title,Body (HTML),Type,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,\
Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Gift Card,Status
shirt,Shirt,"<p>Soft &amp; <b>warm</b></p><script>x()</script><ul><li>Wool</li></ul>",Tops,true,\
Size,S,Color,Red,,5,50,a.jpg,false,active
shirt,,,,,,M,,Red,SHIRT-M,-2,55.5,,,
shirt,,,,,,,,,,,,b.jpg,,
card,Gift card,,,true,Title,Default Title,,,,10,25.00,,true,active
hidden,Hidden,,,false,Title,Default Title,,,,1,1,,false,active
draft,Draft,,,true,Title,Default Title,,,,1,1,,false,draft
over,Over,,,true,Title,Default Title,,,,1,1,,false,archived
"""


def prices() -> set[tuple[str, str, int]]:
    return set(Price.objects.values_list("variant__sku", "currency", "amount"))


def test_our_own_format_becomes_products_variants_prices_stock_and_categories(run: Import) -> None:
    printed, problems = run(MUGS)

    assert printed == "2 products created, 0 updated, 0 unchanged; 0 rows left out."
    assert problems == []
    mug = Product.objects.get(slug="mug")
    assert (mug.title, mug.description) == ("Stoneware mug", "Holds 350 ml.")
    assert mug.options == [{"name": "Color", "values": ["Blue", "Green"]}]
    assert mug.category == Category.objects.get(slug="kitchen", parent__slug="home")
    assert list(mug.variants.values_list("sku", "title", "options", "position")) == [
        ("MUG-BLUE", "Blue", {"Color": "Blue"}, 0),
        ("MUG-GREEN", "Green", {"Color": "Green"}, 1),
    ]
    assert prices() == {
        ("MUG-BLUE", "GBP", 1_250),
        ("MUG-BLUE", "EUR", 1_490),
        ("MUG-GREEN", "GBP", 1_200),
        ("PLATE", "GBP", 800),
    }
    assert dict(Stock.objects.values_list("variant__sku", "on_hand")) == {
        "MUG-BLUE": 250,
        "MUG-GREEN": 40,
        "PLATE": 0,
    }
    assert sorted(Movement.objects.values_list("delta", flat=True)) == [40, 250]
    assert SearchWord.objects.filter(word="stoneware").exists()


def test_importing_again_changes_nothing(run: Import) -> None:
    run(MUGS)
    Stock.objects.filter(variant__sku="MUG-BLUE").update(on_hand=7)
    before = list(Product.objects.order_by("id").values())

    with CaptureQueriesContext(connection) as captured:
        printed, problems = run(MUGS)

    assert printed == "0 products created, 0 updated, 2 unchanged; 0 rows left out."
    assert problems == []
    written = [q["sql"] for q in captured if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []
    assert list(Product.objects.order_by("id").values()) == before
    assert Stock.objects.get(variant__sku="MUG-BLUE").on_hand == 7


def test_importing_again_changes_nothing_whatever_the_order_of_the_options(run: Import) -> None:
    content = (
        "title,sku,price,variant_title,option:Size,option:Color\n"
        "Shirt,A,1,One,S,Red\nShirt,B,1,Two,M,Blue\n"
    )
    run(content)

    printed, _ = run(content)

    assert printed == "0 products created, 0 updated, 1 unchanged; 0 rows left out."


def test_what_differs_is_changed_and_what_is_not_mentioned_stays(run: Import) -> None:
    run(MUGS)

    printed, _ = run(
        "handle,title,sku,option:Color,price,stock\n"
        "mug,Big mug,MUG-BLUE,Navy,13.00,9\n"
        "mug,,MUG-RED,Red,13.00,9\n"
    )

    assert printed == "0 products created, 1 updated, 0 unchanged; 0 rows left out."
    mug = Product.objects.get(slug="mug")
    assert mug.title == "Big mug"
    assert mug.category is not None
    assert mug.keywords == "Navy Green Red"
    assert prices() >= {("MUG-BLUE", "GBP", 1_300), ("MUG-BLUE", "EUR", 1_490)}
    assert dict(Stock.objects.values_list("variant__sku", "on_hand")) == {
        "MUG-BLUE": 250,
        "MUG-GREEN": 40,
        "MUG-RED": 9,
        "PLATE": 0,
    }


def test_bad_rows_are_named_by_line_and_the_good_ones_land(run: Import) -> None:
    product("Other", variant("TAKEN"))
    product("Gone", variant("GONE"))
    Product.objects.filter(slug="gone").update(deleted_at=NOW)

    printed, problems = run(
        "handle,title,description,sku,price,currency,stock\n"
        "mug,Mug,,MUG,9.99,,\n"
        'mug,,"two\nlines",MUG-2,-1,,\n'
        "mug,,,MUG-3,9.999,,\n"
        "mug,,,MUG-4,1e3,,\n"
        "mug,,,MUG-5,,,\n"
        'mug,,,MUG-6,"9,99",,\n'
        "mug,,,MUG-7,1.50,XQX,\n"
        "mug,,,MUG-8,1.50,,some\n"
        "mug,,,TAKEN,1.50,,\n"
        "mug,,,MUG,1.50,,\n"
        "mug,,,MUG-9,1.50,,,,too,many\n"
        "none,,,NONE,1.50,,\n"
        "gone,Gone,,GONE-2,1.50,,\n"
        f"long,{'x' * 256},,LONG,1.50,,\n"
        ",🎉,,PARTY,1.50,,\n"
        "cup,Cup,,CUP,1.50,JPY,\n"
        "cup,,,CUP-2,150,JPY,3\n"
        f"cup,,,{'C' * 101},150,JPY,3\n"
        "cup,,,CUP-3,1000000000.001,KWD,\n"
    )

    assert problems == [
        "line 3: '-1' is not a price.",
        "line 5: '9.999' has more decimals than GBP allows.",
        "line 6: '1e3' is not a price.",
        "line 7: there is no price.",
        "line 8: '9,99' is not a price.",
        "line 9: 'XQX' is not an ISO 4217 currency code.",
        "line 10: 'some' is not a number of units.",
        "line 11: the SKU TAKEN belongs to another product.",
        "line 12: the SKU MUG was in the file before.",
        "line 13: there are more fields than columns.",
        "line 14: the product has no title.",
        "line 15: the product was archived here and stays so.",
        "line 16: the title is longer than 255 characters. The product is left out.",
        "line 17: there is no handle.",
        "line 18: '1.50' has more decimals than JPY allows.",
        "line 20: the SKU is longer than 100 characters.",
        "line 21: '1000000000.001' is more than KWD1,000,000,000.000.",
    ]
    assert printed == "2 products created, 0 updated, 0 unchanged; 17 rows left out."
    assert set(Variant.objects.values_list("sku", flat=True)) == {"TAKEN", "GONE", "MUG", "CUP-2"}
    assert Product.objects.get(slug="cup").title == "Cup"


def test_a_price_is_at_most_what_the_api_takes_in_every_currency(run: Import) -> None:
    _, problems = run(
        "title,sku,price,currency\n"
        "A,A,10000000000.00,GBP\nB,B,10000000000.01,GBP\n"
        "C,C,1000000000.000,KWD\nD,D,1000000000.001,KWD\n"
    )

    assert problems == [
        "line 3: '10000000000.01' is more than £10,000,000,000.00.",
        "line 5: '1000000000.001' is more than KWD1,000,000,000.000.",
    ]
    assert prices() == {("A", "GBP", 10**12), ("C", "KWD", 10**12)}


def test_a_sku_that_the_api_could_not_address_is_refused(run: Import) -> None:
    _, problems = run("title,sku,price\nA,A/stock,1\nA,A/stock-adjustments,1\nA,A/stocks,1\n")

    assert problems == [
        "line 2: a SKU cannot end in /stock or /stock-adjustments.",
        "line 3: a SKU cannot end in /stock or /stock-adjustments.",
    ]
    assert Variant.objects.get().sku == "A/stocks"


def test_a_shopify_export_is_understood(run: Import) -> None:
    printed, problems = run(SHOPIFY, format="shopify", currency="EUR")

    assert problems == []
    assert printed == "5 products created, 0 updated, 0 unchanged; 0 rows left out."
    assert {row.slug: row.product_status for row in Product.objects.all()} == {
        "shirt": "published",
        "card": "published",
        "hidden": "draft",
        "draft": "draft",
        "over": "archived",
    }
    shirt = Product.objects.get(slug="shirt")
    assert shirt.description == "Soft & warm\nWool"
    assert shirt.category == Category.objects.get(slug="tops")
    assert list(shirt.variants.values_list("sku", "title", "options")) == [
        ("shirt-s-red", "S / Red", {"Size": "S", "Color": "Red"}),
        ("SHIRT-M", "M / Red", {"Size": "M", "Color": "Red"}),
    ]
    assert Product.objects.get(slug="card").options == []
    assert prices() == {
        ("shirt-s-red", "EUR", 5_000),
        ("SHIRT-M", "EUR", 5_550),
        ("card", "EUR", 2_500),
        *((sku, "EUR", 100) for sku in ("hidden", "draft", "over")),
    }
    assert dict(Stock.objects.values_list("variant__sku", "on_hand")) == {
        "shirt-s-red": 5,
        "SHIRT-M": 0,
        "card": 10,
        **dict.fromkeys(("hidden", "draft", "over"), 1),
    }


def test_tax_classes_are_taken_over_and_shopify_says_which_goods_are_not_taxed(run: Import) -> None:
    header = "title,sku,price,tax_class\n"
    run(header + "Book,BOOK,10,reduced\nMug,MUG,10,\n")
    assert dict(Product.objects.values_list("slug", "tax_class")) == {
        "book": "reduced", "mug": "standard",
    }  # fmt: skip
    _, problems = run(header + "Book,BOOK,10,\nMug,MUG,10,no class\n")
    [problem] = problems
    assert problem.startswith("line 3: 'no class' is not a tax class")
    run(
        "Handle,Title,Variant SKU,Variant Price,Variant Taxable\n"
        "book,Book,BOOK,10,true\nmug,Mug,MUG,10,FALSE\n",
        format="shopify",
    )
    assert dict(Product.objects.values_list("slug", "tax_class")) == {
        "book": "reduced", "mug": "exempt",
    }  # fmt: skip


def test_a_header_alone_is_an_empty_catalog(run: Import) -> None:
    assert run("title,sku,price\n") == (
        "0 products created, 0 updated, 0 unchanged; 0 rows left out.",
        [],
    )


def test_a_column_that_the_file_does_not_have_changes_nothing(run: Import) -> None:
    colors = {"Color": "Blue"}
    product("Mug", variant("M", title="Sky", options=colors), description="Holds tea.")

    printed, _ = run("handle,title,sku,price\nmug,Mug,M,2.00\n")
    run("Handle,Title,Variant SKU,Variant Price\nmug,Mug,M,3.00\n", format="shopify")

    assert printed == "0 products created, 1 updated, 0 unchanged; 0 rows left out."
    mug = Product.objects.get()
    assert (mug.description, mug.keywords) == ("Holds tea.", "Sky Blue")
    assert mug.options == [{"name": "Color", "values": ["Blue"]}]
    assert mug.variants.values_list("title", "options").get() == ("Sky", colors)
    assert prices() == {("M", "GBP", 300)}


def test_a_title_alone_leaves_the_options_and_a_blank_column_empties_its_field(
    run: Import,
) -> None:
    colors = {"Color": "Blue"}
    product("Mug", variant("M", title="Sky", options=colors), description="Holds tea.")

    run("handle,title,description,sku,price,variant_title\nmug,Mug,,M,10.00,Sea\n")

    assert Product.objects.get().description == ""
    assert Variant.objects.values_list("title", "options").get() == ("Sea", colors)


def test_what_word_pastes_into_a_description_stops_no_import(run: Import) -> None:
    printed, problems = run(
        'Handle,Title,Body (HTML),Variant Price\na,A,"<p>a<![foo[x]]>b",1\nb,B,"<p>Plain</p>",1\n',
        format="shopify",
    )

    assert problems == []
    assert printed.startswith("2 products created")


@pytest.mark.parametrize("between", [1, 600])
def test_importing_again_changes_nothing_when_rows_of_a_product_stand_apart(
    run: Import, between: int
) -> None:
    others = "".join(f"p{n},P{n},,P{n},1\n" for n in range(between))
    content = (
        "handle,title,description,sku,price\n"
        f"mug,Mug,Holds tea.,M,1\n{others}mug,Big mug,,M,2\nmug,,,M-2,3\n"
    )

    run(content)
    printed, problems = run(content)

    assert f" 0 updated, {between + 1} unchanged;" in printed
    assert problems == [f"line {between + 3}: the SKU M was in the file before."]
    assert Product.objects.values_list("title", "description").get(slug="mug") == (
        "Mug",
        "Holds tea.",
    )
    assert prices() >= {("M", "GBP", 100), ("M-2", "GBP", 300)}


def test_statements_do_not_grow_with_the_rows(run: Import) -> None:
    def statements(count: int) -> int:
        rows = [f"p{count}-{n},Product {n},P{count}-{n},9.99,3" for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            run("\n".join(["handle,title,sku,price,stock", *rows]))
        return len(captured)

    assert statements(1) == statements(400)


def test_an_import_moves_a_product_to_the_status_that_the_file_says(run: Import) -> None:
    rows = "handle,title,sku,price,status\nmug,Mug,MUG,1,{}\n"
    for status, printed in (
        ("draft", "1 products created, 0 updated, 0 unchanged"),
        ("draft", "0 products created, 0 updated, 1 unchanged"),
        ("Published", "0 products created, 1 updated, 0 unchanged"),
        ("", "0 products created, 0 updated, 1 unchanged"),
        ("archived", "0 products created, 1 updated, 0 unchanged"),
        ("archived", "0 products created, 0 updated, 1 unchanged"),
    ):
        assert run(rows.format(status))[0].startswith(printed)
    assert run(rows.format("published"))[1] == [
        "line 2: the product was archived here and stays so."
    ]
    assert Product.objects.get().product_status == "archived"
    assert run(rows.format("sold"))[1] == [
        "line 2: 'sold' is not a status: use draft, published, archived. The product is left out."
    ]
