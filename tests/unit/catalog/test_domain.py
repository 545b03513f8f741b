from __future__ import annotations

import pytest

from catalog.domain import (
    MAX_SLUG_LENGTH,
    Option,
    folded,
    full_title,
    keywords_of,
    options_with,
    slug_of,
)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Blue Mug", "blue-mug"),
        ("  Crème brûlée — Für 2!  ", "creme-brulee-fur-2"),
        ("Mug/Becher & Co.", "mug-becher-co"),
        ("Men's shirt", "mens-shirt"),
        ("玫瑰花茶", "玫瑰花茶"),
        ("Чайник синий", "чайник-синий"),
        ("カップ (Cup)", "カップ-cup"),
        ("☕️🎉", ""),
        ("", ""),
        ("___", ""),
    ],
)
def test_a_slug_keeps_the_letters_of_its_title(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def test_a_slug_is_never_longer_than_its_column() -> None:
    assert len(slug_of("word " * 200)) <= MAX_SLUG_LENGTH
    assert not slug_of("a" * 199 + " b").endswith("-")


def test_options_are_the_given_ones_and_then_what_variants_use_in_order_of_appearance() -> None:
    used = [
        {"Size": "S", "Color": "Red"},
        {"Size": "M", "Color": "Red"},
        {"Size": "S", "Color": "Blue"},
    ]

    assert options_with([], used) == (
        Option("Size", ("S", "M")),
        Option("Color", ("Red", "Blue")),
    )
    assert options_with([Option("Color", ("Blue", "Green"))], used) == (
        Option("Color", ("Blue", "Green", "Red")),
        Option("Size", ("S", "M")),
    )


def test_keywords_are_the_titles_and_option_values_of_variants_once_each() -> None:
    variants = [("Blue, small", {"Size": "S"}), ("", {"Size": "S", "Color": "Blue"})]

    assert keywords_of(variants) == "Blue, small S Blue"


def test_keywords_end_with_a_whole_word_before_they_are_too_long_to_be_searched() -> None:
    words = " ".join(f"word{n}" for n in range(20_000))

    keywords = keywords_of([(words, {})])

    assert 99_980 < len(keywords) <= 100_000
    assert words.startswith(f"{keywords} ")
    assert len(keywords_of([("x" * 200_000, {})])) == 100_000


def test_a_variant_is_named_by_its_product_and_its_own_title() -> None:
    assert full_title("Mug", "Blue") == "Mug – Blue"
    assert full_title("Mug", "") == "Mug"


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Red", "RED"),
        ("T-Shirt", "T  shirt"),
        ("Men's", "Mens"),
        ("Red & Blue", "Red, Blue"),
        ("Large (L)", "large L"),
        ("Café", "Cafe\N{COMBINING ACUTE ACCENT}"),
    ],
)
def test_case_blanks_and_punctuation_between_letters_say_nothing(text: str, other: str) -> None:
    assert folded(text) == folded(other)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("C", "C++"),
        ("C++", "C#"),
        ("Rose", "Rosé"),
        ("7.5", "75"),
        ("1/2", "1-2"),
        ("6'", '6"'),
        ("-5", "5"),
        ("की", "के"),
    ],
)
def test_other_signs_tell_texts_apart(text: str, other: str) -> None:
    assert folded(text) != folded(other)
