"""Refunds are exact shares: in whatever parts, they add up to exactly what was paid."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pricing.domain import Charge, shares_of


@st.composite
def charges(draw: st.DrawFn, included: bool) -> tuple[Charge, int]:
    """What a line was charged for, and of how many units; its tax is at most what it costs."""
    units = draw(st.integers(1, 12))
    price = draw(st.integers(0, 10**6)) * units
    left, discounts = price, []
    for _ in range(draw(st.integers(0, 2))):
        discounts.append(draw(st.integers(0, left)))
        left -= discounts[-1]
    taxes: list[int] = []
    for _ in range(draw(st.integers(0, 2))):
        taxes.append(draw(st.integers(0, left - sum(taxes) if included else left)))
    bases = tuple(left for _ in taxes)
    return Charge(price, tuple(discounts), tuple(taxes), bases, included), units


orders = st.booleans().flatmap(lambda included: st.lists(charges(included), min_size=1, max_size=4))
Refund = tuple[dict[int, int], Fraction | None]
refunds = st.lists(
    st.tuples(
        st.dictionaries(st.integers(0, 3), st.integers(1, 12), max_size=3),
        st.none() | st.fractions(0, 2, max_denominator=50),
    ),
    max_size=6,
)


def parts_of(charge: Charge) -> tuple[int, ...]:
    return (charge.price, *charge.discounts, *charge.taxes, *charge.bases)


def assert_within(share: Charge, rest: Charge) -> None:
    for part, whole in zip(parts_of(share), parts_of(rest), strict=True):
        assert 0 <= part <= whole
        assert isinstance(part, int)
    assert 0 <= share.amount <= rest.amount
    assert share.price >= share.discount


def refunded(
    rests: dict[int, Charge],
    left: dict[int, int],
    wanted: Mapping[int, int],
    times: Fraction | None,
) -> None:
    """Take one refund off `rests` and `left`; `times` its units' worth is what is asked for."""
    units = {key: (count, left[key]) for key, count in wanted.items() if count <= left.get(key, 0)}
    worth = sum(rests[key].of_units(*counted).amount for key, counted in units.items())
    everything = sum(rest.amount for rest in rests.values())
    amount = None if times is None else int((worth or everything) * times)
    shares = shares_of(rests, units, amount)
    given_back = sum(share.amount for share in shares.values())
    assert given_back == (worth if amount is None else min(amount, everything))
    for key, share in shares.items():
        assert_within(share, rests[key])
        rests[key] -= share
    for key, (count, _) in units.items():
        assert key in shares
        left[key] -= count


@given(orders, refunds)
@example([(Charge(100, (), (20,), (100,)), 3)], [({0: 1}, None), ({0: 1}, None)])
@example([(Charge(3, (), (1, 1, 1), (3, 3, 3)), 1)], [({}, Fraction(1, 2))])
@example([(Charge(1_000, (1_000,)), 2)], [({0: 1}, None), ({0: 1}, Fraction(0))])
def test_any_refunds_and_then_the_rest_give_back_exactly_each_part(
    order: list[tuple[Charge, int]], sequence: list[Refund]
) -> None:
    rests = {key: charge for key, (charge, _) in enumerate(order)}
    left = {key: units for key, (_, units) in enumerate(order)}
    for wanted, times in sequence:
        refunded(rests, left, wanted, times)

    everything = sum(rest.amount for rest in rests.values())
    last = shares_of(rests, {}, everything)

    for key, rest in rests.items():
        given_back = last.get(key)
        assert given_back == (rest if rest.amount else None)


@given(orders)
@example([(Charge(2_198, (115, 2_083)), 2)])
def test_units_one_by_one_are_the_line_in_each_of_its_parts(
    order: list[tuple[Charge, int]],
) -> None:
    for charge, units in order:
        rest = charge
        for left in range(units, 0, -1):
            share = rest.of_units(1, left)
            assert_within(share, rest)
            assert abs(share.amount - Fraction(charge.amount, units)) < 1 + len(parts_of(charge))
            rest -= share
        assert set(parts_of(rest)) == {0}


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        (600, [(600, 100)]),  # half of what was paid: half of its price, half of its tax
        (1_200, [(1_200, 200)]),
        (1_500, [(1_200, 200), (300, 50)]),  # what is beyond a line comes off what else there is
        (None, [(1_200, 200)]),
        (0, [(0, 0)]),  # the unit came back for nothing
    ],
)
def test_an_amount_for_units_is_a_part_of_them_and_more_a_part_of_the_others(
    amount: int | None, parts: list[tuple[int, int]]
) -> None:
    line = Charge(1_000, (), (200,), (1_000,))

    shares = shares_of({"line": line, "shipping": line}, {"line": (1, 1)}, amount)

    assert [(share.amount, share.tax) for share in shares.values()] == parts
    assert list(shares) == ["line", "shipping"][: len(parts)]


def test_what_was_taxed_follows_what_was_charged() -> None:
    """3 × 10.00 less 1.00 at 20 %: a unit is 10.00 less 0.33, taxed on the 9.67 that are left."""
    line = Charge(3_000, (100,), (580,), (2_900,))

    assert line.of_units(1, 3) == Charge(1_000, (33,), (193,), (967,))


@given(st.booleans().flatmap(charges), st.fractions(0, 1, max_denominator=1_000))
def test_an_amount_takes_each_part_in_proportion(
    charged: tuple[Charge, int], part: Fraction
) -> None:
    charge, _ = charged
    amount = int(charge.amount * part)

    share = charge.of_amount(amount)

    assert share.amount == amount
    assert_within(share, charge)
    if charge.amount:
        for tax, whole in zip(share.taxes, charge.taxes, strict=True):
            assert abs(tax - Fraction(whole * amount, charge.amount)) < 1
    if net := charge.price - charge.discount:
        taken = Fraction(share.price - share.discount, net)
        for discount, whole in zip(share.discounts, charge.discounts, strict=True):
            assert 0 <= whole * taken - discount < 1


@given(st.booleans().flatmap(charges), st.integers(1, 12))
def test_units_take_each_part_in_proportion(charged: tuple[Charge, int], units: int) -> None:
    charge, left = charged
    units = min(units, left)

    share = charge.of_units(units, left)

    # Less by a rounded discount, at most, where nearly all of the price was discounted.
    assert 0 <= charge.price // left * units - share.price < max(1, len(charge.discounts))
    for taken, whole in (
        *zip(share.discounts, charge.discounts, strict=True),
        *zip(share.taxes, charge.taxes, strict=True),
    ):
        assert 0 <= Fraction(whole * units, left) - taken < 1


@given(orders, st.fractions(0, 1, max_denominator=1_000))
def test_an_amount_comes_off_what_was_paid_most_for(
    order: list[tuple[Charge, int]], part: Fraction
) -> None:
    rests = {key: charge for key, (charge, _) in enumerate(order)}
    everything = sum(rest.amount for rest in rests.values())
    amount = int(everything * part)

    shares = shares_of(rests, {}, amount)

    assert all(share.amount for share in shares.values())
    for key, rest in rests.items():
        taken = shares[key].amount if key in shares else 0
        assert not everything or abs(taken - Fraction(rest.amount * amount, everything)) < 1


@given(
    st.booleans().flatmap(
        lambda included: st.lists(
            st.tuples(st.integers(0, 5_000), st.sampled_from([5, 19, 20])).map(
                lambda drawn: one_rate(*drawn, included=included)
            ),
            min_size=1,
            max_size=60,
        )
    ),
    st.fractions(0, 1, max_denominator=1_000),
)
def test_the_tax_of_an_amount_is_exact_however_many_lines_it_is_split_over(
    lines: list[Charge], part: Fraction
) -> None:
    rests = dict(enumerate(lines))
    amount = int(sum(line.amount for line in lines) * part)

    shares = shares_of(rests, {}, amount)

    for rate in (5, 19, 20):
        taxed = [(rests[key], share) for key, share in shares.items() if rate in share.rates]
        exact = sum((Fraction(line.tax * share.amount, line.amount) for line, share in taxed), 0)
        assert abs(sum(share.tax for _, share in taxed) - exact) <= Fraction(1, 2)


def one_rate(price: int, rate: int, *, included: bool) -> Charge:
    """What a line costs that is taxed at so many per cent."""
    tax = round(Fraction(price * rate, 100 + rate if included else 100))
    return Charge(price, (), (tax,), (price,), included, (rate,))


def test_a_small_amount_of_many_lines_has_its_tax() -> None:
    """A credit of 3.80 on an order of 80 lines with 20 % included has 63 pence of it, not none."""
    lines = {number: one_rate(675, 20, included=True) for number in range(80)}

    shares = shares_of(lines, {}, 380)

    assert max(share.amount for share in shares.values()) == 5
    assert sum(share.tax for share in shares.values()) == 63


def test_more_than_there_is_gives_back_all_there_is() -> None:
    line = Charge(1_000, (), (200,), (1_000,))
    assert shares_of({"line": line}, {}, 5_000) == {"line": line}
    assert shares_of({"line": line}, {"line": (1, 2)}, 5_000) == {"line": line}


@pytest.mark.parametrize(
    ("taxes", "amount", "shared"),
    [
        ((1, 1, 1), 2, (1, 1, 0)),  # each rounded up they were more than the amount
        ((1, 1, 1), 1, (0, 0, 1)),  # each rounded down they left more than was left to give back
        ((1, 1, 2), 3, (1, 1, 1)),  # what is furthest from its part gives way
    ],
)
def test_taxes_of_hardly_anything_are_neither_more_than_it_nor_leave_more_than_the_rest(
    taxes: tuple[int, ...], amount: int, shared: tuple[int, ...]
) -> None:
    charge = Charge(sum(taxes), (), taxes, (sum(taxes),) * 3, tax_included=True)

    assert charge.of_amount(amount).taxes == shared


def test_shares_keep_what_tells_their_taxes_apart() -> None:
    """Two taxes of one rate are short by what both are."""
    charge = Charge(30, (), (3, 3), (30, 30), rates=("VAT", "VAT"))
    share = charge.of_amount(5)

    assert share.rates == (charge - share).rates == charge.rates
    assert (share.taxes, charge.short_of(share)) == ((0, 0), {"VAT": Fraction(5, 6)})
