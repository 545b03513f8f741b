from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search_words import (
    MAX_TERMS,
    Term,
    closest,
    is_plain,
    raw_query,
    terms_of,
    trigrams,
    words_of,
)


def test_the_vocabulary_has_words_of_letters_that_are_long_enough_but_no_numbers() -> None:
    assert words_of(["The BLUE mug, 350ml (no. 7)", "blue été Ä " + "x" * 61]) == [
        "blue",
        "mug",
        "the",
        "été",
    ]


def test_trigrams_ignore_accents() -> None:
    assert trigrams("mug") == sorted(["__m", "_mu", "mug", "ug_"])
    assert trigrams("crème") == trigrams("creme")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("jakcet", "jacket"),
        ("jaket", "jacket"),
        ("jackett", "jacket"),
        ("jackit", "jacket"),
        ("mgu", "mug"),
        ("creme", "crème"),
        ("cat", None),
        ("jkt", None),
        ("rocket", "jacket"),
        ("packages", None),
    ],
)
def test_the_closest_word_has_one_error_or_in_longer_words_two(
    typed: str, meant: str | None
) -> None:
    assert closest(typed, ["jacket", "mug", "crème"]) == meant


def test_the_word_with_the_fewest_errors_wins_and_the_first_on_a_tie() -> None:
    assert closest("shirs", ["skirt", "shirt", "shirk"]) == "shirt"
    assert closest("shirt", []) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("blue mug", True),
        ("t-shirt", True),
        ("oregano", True),
        ("for", True),
        ('"blue mug"', False),
        ("-blue", False),
        ("mug -blue", False),
        ("cup OR mug", False),
    ],
)
def test_a_query_with_operators_is_not_plain(text: str, plain: bool) -> None:
    assert is_plain(text) is plain


def test_only_the_last_word_is_unfinished_and_a_space_finishes_it() -> None:
    assert terms_of("Blue Mu") == [Term("blue", unfinished=False), Term("mu", unfinished=True)]
    assert terms_of("mug ") == [Term("mug", unfinished=False)]
    assert terms_of("% 🎉") == []
    assert len(terms_of("ab " * 1_000)) == MAX_TERMS


@given(st.text())
def test_a_raw_query_is_nothing_but_quoted_words(text: str) -> None:
    terms = terms_of(text)

    assert all(term.word.isalnum() for term in terms)
    assert raw_query(terms).count("'") == 2 * len(terms)


@given(st.text(alphabet="abc", max_size=6), st.text(alphabet="abc", max_size=6))
def test_a_word_is_closest_to_itself(word: str, other: str) -> None:
    assert closest(word, [other, word]) == word
