"""How the rates of a file and those of the shop follow one another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from pricing.domain.tax_timeline import ListedRate, RateChanges, normal_place, rate_changes
from pricing.errors import UnknownPlace

# Germany's: 19 %, from July to December 2020 16 %.
USUAL = ListedRate("DE", "", "standard", Decimal("0.19"), date(2007, 1, 1))
LOWERED = ListedRate("DE", "", "standard", Decimal("0.16"), date(2020, 7, 1))
AGAIN = ListedRate("DE", "", "standard", Decimal("0.19"), date(2021, 1, 1))


def until(rate: ListedRate, *day: int) -> ListedRate:
    return replace(rate, valid_to=date(*day))


def listed(*rates: ListedRate) -> list[ListedRate]:
    """The rates of a file, from its second line on."""
    return [replace(rate, line=line) for line, rate in enumerate(rates, 2)]


def remarks(changes: RateChanges) -> tuple[list[str], list[str]]:
    return [str(each) for each in changes.overlaps], [str(each) for each in changes.gaps]


def test_each_rate_ends_the_day_before_the_next_begins_whatever_their_order() -> None:
    for file in ((USUAL, LOWERED, AGAIN), (AGAIN, USUAL, LOWERED)):
        changes = rate_changes([], listed(*file))
        assert changes.created == [until(USUAL, 2020, 6, 30), until(LOWERED, 2020, 12, 31), AGAIN]
        assert (changes.changed, changes.unchanged, remarks(changes)) == ([], 0, ([], []))


def test_a_new_rate_ends_the_stored_one_before_it() -> None:
    changes = rate_changes([USUAL], listed(LOWERED))
    assert changes.created == [LOWERED]
    assert changes.changed == [(USUAL, until(USUAL, 2020, 6, 30))]


def test_a_stored_end_that_would_reach_into_a_new_rate_is_brought_forward() -> None:
    changes = rate_changes([until(USUAL, 2030, 12, 31)], listed(LOWERED))
    assert [after.valid_to for _, after in changes.changed] == [date(2020, 6, 30)]
    assert remarks(changes) == ([], [])


def test_a_rate_of_the_same_first_day_is_replaced() -> None:
    corrected = replace(USUAL, rate=Decimal("0.16"), source="law")
    changes = rate_changes([USUAL], listed(corrected))
    assert (changes.created, changes.changed) == ([], [(USUAL, corrected)])


def test_the_same_again_changes_nothing() -> None:
    stored = [until(USUAL, 2020, 6, 30), LOWERED]
    changes = rate_changes(stored, listed(USUAL, LOWERED))
    assert (changes.created, changes.changed, changes.unchanged) == ([], [], 2)
    # What the file does not mention is not counted.
    assert rate_changes(stored, listed(LOWERED)).unchanged == 1
    assert rate_changes(stored, []).unchanged == 0


def test_a_listed_rate_holds_until_the_next_stored_one() -> None:
    changes = rate_changes([AGAIN], listed(LOWERED))
    assert (changes.created, changes.changed) == ([until(LOWERED, 2020, 12, 31)], [])


def test_places_classes_and_added_taxes_each_have_a_timeline() -> None:
    others = [
        replace(LOWERED, country="FR"),
        replace(LOWERED, region="BY"),
        replace(LOWERED, tax_class="reduced"),
        replace(LOWERED, title="Levy", added=True),
        replace(LOWERED, title="Fee", added=True),
    ]
    changes = rate_changes([USUAL], listed(*others))
    assert len(changes.created) == 5
    assert (changes.changed, remarks(changes)) == ([], ([], []))


def test_a_rate_has_one_title_at_a_time() -> None:
    """Only taxes that are added to others are told apart by it."""
    changes = rate_changes([USUAL], listed(replace(LOWERED, title="MwSt.")))
    assert [after for _, after in changes.changed] == [until(USUAL, 2020, 6, 30)]


def test_days_without_a_rate_are_told_where_the_file_has_to_do_with_them() -> None:
    short = until(LOWERED, 2020, 12, 30)
    gap = "DE standard from 2021-01-01: between 2020-12-30 and 2021-01-01 no rate holds."

    assert remarks(rate_changes([], listed(short, AGAIN))) == ([], [f"line 3: {gap}"])
    assert remarks(rate_changes([short], listed(AGAIN))) == ([], [f"line 2: {gap}"])
    assert remarks(rate_changes([AGAIN], listed(short))) == ([], [f"line 2: {gap}"])
    later = replace(AGAIN, valid_from=date(2022, 1, 1))
    assert remarks(rate_changes([short, AGAIN], listed(later))) == ([], [])


def test_a_gap_is_kept_as_it_is() -> None:
    short = until(LOWERED, 2020, 12, 30)
    assert rate_changes([], listed(short, AGAIN)).created == [short, AGAIN]


def test_one_that_ends_as_the_next_begins_leaves_no_gap() -> None:
    exact = until(LOWERED, 2020, 12, 31)
    changes = rate_changes([], listed(exact, AGAIN))
    assert (changes.created, remarks(changes)) == ([exact, AGAIN], ([], []))


def test_rates_that_overlap_are_told_with_the_lines_that_they_are_on() -> None:
    long = until(LOWERED, 2021, 1, 1)
    overlap = "DE standard from 2020-07-01 to 2021-01-01 overlaps DE standard from 2021-01-01 of"

    assert remarks(rate_changes([], listed(long, AGAIN))) == ([f"line 2: {overlap} line 3."], [])
    assert remarks(rate_changes([AGAIN], listed(long))) == ([f"line 2: {overlap} the shop."], [])


def test_two_of_the_same_first_day_are_told() -> None:
    file = listed(LOWERED, replace(LOWERED, rate=Decimal("0.17")))
    said = "line 3: DE standard from 2020-07-01 is on line 2 already."
    assert remarks(rate_changes([], file)) == ([said], [])


def test_a_rate_of_a_region_is_named_by_it() -> None:
    assert str(replace(USUAL, country="CA", region="QC")) == "CA-QC standard from 2007-01-01"


@pytest.mark.parametrize(
    ("country", "region", "place"),
    [
        ("de", "", ("DE", "")),
        ("CA", "Québec", ("CA", "QC")),
        ("us", "new york", ("US", "NY")),
        ("DE", "  Bayern  Süd ", ("DE", "Bayern Süd")),  # addresses there have no known regions
    ],
)
def test_a_place_is_written_as_addresses_have_it(
    country: str, region: str, place: tuple[str, str]
) -> None:
    assert normal_place(country, region) == place


def test_a_place_that_is_none_is_refused_by_its_name() -> None:
    with pytest.raises(UnknownPlace, match="There is no country with the code 'ZZ'"):
        normal_place("ZZ", "")
    with pytest.raises(UnknownPlace, match="CA has no region 'Bavaria'"):
        normal_place("CA", "Bavaria")
