from __future__ import annotations

import pytest
from django.db import IntegrityError

from catalog.domain import CategoryCycle, CategoryNotFound, CategorySlugTaken
from catalog.models import Category
from catalog.selectors import category_tree
from catalog.services import create_category, move_category
from catalog.services.categories import ensure_categories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tree() -> None:
    """home > kitchen > mugs, and garden."""
    create_category(title="Home")
    create_category(title="Kitchen", parent="home")
    create_category(title="Mugs", parent="kitchen")
    create_category(title="Garden")


def outline() -> list[str]:
    return ["  " * node["depth"] + node["slug"] for node in category_tree()]


def test_the_tree_lists_parents_before_their_children() -> None:
    assert outline() == ["garden", "home", "  kitchen", "    mugs"]


def test_a_category_moves_with_all_below_it() -> None:
    move_category(slug="kitchen", parent="garden")
    assert outline() == ["garden", "  kitchen", "    mugs", "home"]

    move_category(slug="kitchen", parent=None)
    assert outline() == ["garden", "home", "kitchen", "  mugs"]


@pytest.mark.parametrize("parent", ["home", "kitchen", "mugs"])
def test_a_category_cannot_stand_below_itself(parent: str) -> None:
    with pytest.raises(CategoryCycle):
        move_category(slug="home", parent=parent)

    assert outline() == ["garden", "home", "  kitchen", "    mugs"]


def test_the_database_refuses_a_category_that_is_its_own_parent() -> None:
    with pytest.raises(IntegrityError, match="catalog_category_not_own_parent"):
        Category.objects.create(
            id="01a20480-619f-743b-9f25-c54fdc34ad7d",
            slug="loop",
            parent_id="01a20480-619f-743b-9f25-c54fdc34ad7d",
        )


def test_a_slug_belongs_to_one_category() -> None:
    with pytest.raises(CategorySlugTaken):
        create_category(title="Other", slug="home")


def test_a_parent_has_to_exist() -> None:
    with pytest.raises(CategoryNotFound):
        create_category(title="Lost", parent="nowhere")
    with pytest.raises(CategoryNotFound):
        move_category(slug="home", parent="nowhere")
    with pytest.raises(CategoryNotFound):
        move_category(slug="nowhere", parent="home")


def test_a_very_deep_tree_is_listed() -> None:
    parent = None
    for number in range(200):
        parent = create_category(title=f"D{number}", parent=parent).slug

    assert category_tree()[0]["slug"] == "d0"
    assert max(node["depth"] for node in category_tree()) == 199


def test_a_path_of_an_import_leads_to_the_category_of_its_titles() -> None:
    men, women = ("Men", "Shirts"), ("Women", "Shirts")
    paths = [men, women, ("Women Shirts",), ("Shirts",), ("Books", "C++")]
    paths += [("Books", "Books C"), ("Books", "C")]

    first = ensure_categories(paths)
    again = ensure_categories(paths[::-1])

    assert {path: row.pk for path, row in again.items()} == {
        path: row.pk for path, row in first.items()
    }
    assert {path: row.slug for path, row in first.items() if path in paths} == {
        men: "shirts",
        women: "women-shirts",
        ("Women Shirts",): "women-shirts-2",
        ("Shirts",): "shirts-2",
        ("Books", "C++"): "c",
        ("Books", "Books C"): "books-c",
        ("Books", "C"): "books-c-2",
    }
    for path, row in first.items():
        assert (row.title, row.parent) == (path[-1], first.get(path[:-1]))


@pytest.mark.parametrize("title", ["kitchen", "KITCHEN", " Kitchen."])
def test_a_path_of_an_import_is_not_particular_about_spelling(title: str) -> None:
    path = ("Home", title.strip())

    assert ensure_categories([path])[path] == Category.objects.get(slug="kitchen")


def test_a_category_that_was_renamed_is_known_by_its_slug() -> None:
    Category.objects.filter(slug="kitchen").update(title="Cooking")
    path = ("Home", "Kitchen")

    assert ensure_categories([path])[path].title == "Cooking"


def test_long_titles_make_slugs_that_fit() -> None:
    paths = [(top, "x" * 120) for top in ("a" * 120, "a" * 119 + "b", "a" * 119 + "c")]

    found = ensure_categories(paths)

    assert len({found[path].slug for path in paths}) == 3
