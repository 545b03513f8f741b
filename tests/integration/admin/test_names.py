from __future__ import annotations

from html import unescape

import pytest
from django.utils.text import capfirst

from congocart.admin_theme import NAVIGATION
from tests.integration.admin import rows

ITEMS = [item for section in NAVIGATION for item in section["items"] if "permission" in item]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["title"])
def test_a_page_has_the_name_of_its_menu_entry(boss, item):
    response = boss.get(str(item["link"]))
    if "cl" in response.context:  # a list
        assert response.context["cl"].title == item["title"]
        assert capfirst(response.context["opts"].verbose_name_plural) == item["title"]
    assert f"<title> {item['title']} | " in " ".join(response.content.decode().split())


def test_an_abbreviation_is_not_written_as_a_word(boss):
    assert ">API</" in "".join(boss.get("/admin/api/idempotencykey/").content.decode().split())


def test_a_saved_stock_is_called_by_its_sku(boss):
    stock = rows.variants(1)[0].stock
    response = boss.post(
        f"/admin/inventory/stock/{stock.pk}/change/",
        {"tracked": "on", "movements-TOTAL_FORMS": 0, "movements-INITIAL_FORMS": 0},
        follow=True,
    )
    said = unescape("".join(str(message) for message in response.context["messages"]))
    assert "SKU-0" in said
    assert "available" not in said
