"""Which rates hold: by place, class and day, before the destination is known and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pricing.domain import (
    Basket,
    Buyer,
    Destination,
    Entry,
    Item,
    Kind,
    Quote,
    Rules,
    ShippingChoice,
    ShippingTax,
    TaxBasis,
    TaxRate,
    TaxRounding,
    TaxRules,
    price,
    rates_at,
    tax_table,
)
from tests.pricing import NOW, dated

CANADA = [
    dated("CA", "0.05", title="GST"),
    dated("CA", "0", tax_class="zero", title="Zero-rated"),
    dated("CA-ON", "0.13", title="HST"),
    dated("CA-QC", "0.09975", title="QST", added=True),
    dated("CA-QC", "0", tax_class="press", title="QST", added=True),
    dated("CA-BC", "0.07", title="PST", added=True),
    dated("CA-BC", "0.02", title="Levy", added=True),
]
EUROPE = [
    dated("DE", "0.19"),
    dated("DE", "0.07", tax_class="reduced"),
    dated("FR", "0.2"),
    dated("FR", "0.055", tax_class="reduced"),
    dated("GB", "0.2"),
]
QUEBEC = Destination("CA", "QC", "H2X 1Y4")


def taxes(
    *items: Item,
    rules: TaxRules,
    to: Destination | None,
    shipping: int | None = None,
    vat: str = "",
) -> Quote:
    choice = None if shipping is None else ShippingChoice("post", "Post", shipping)
    basket = Basket("EUR", items, buyer=Buyer(vat_number=vat), destination=to, shipping=choice)
    return price(basket, Rules(tax=rules), now=NOW)


def found(quote: Quote) -> list[tuple[str | None, str, int]]:
    entries = [entry for entry in quote.entries if entry.kind is Kind.TAX]
    return [(entry.sku, entry.title, entry.amount) for entry in entries]


@pytest.mark.parametrize(
    ("place", "tax_class", "titles"),
    [
        (("CA", "AB"), "standard", {"GST": "0.05"}),
        (("CA", "ON"), "standard", {"HST": "0.13"}),
        (("CA", "QC"), "standard", {"GST": "0.05", "QST": "0.09975"}),
        (("CA", "BC"), "standard", {"GST": "0.05", "PST": "0.07", "Levy": "0.02"}),
        # The press bears the federal tax alone in Quebec, and the whole of it in Ontario.
        (("CA", "QC"), "press", {"GST": "0.05", "QST": "0"}),
        (("CA", "ON"), "press", {"HST": "0.13"}),
        # A class that the country knows is not taxed by a region that does not.
        (("CA", "QC"), "zero", {"Zero-rated": "0"}),
        (("CA", "QC"), "exempt", {"Exempt": "0"}),
        (("CA", "QC"), "toys", {"GST": "0.05", "QST": "0.09975"}),
        (("US", "OR"), "standard", {"Not taxed": "0"}),
        (("US", ""), "reduced", {"Not taxed": "0"}),
    ],
)
def test_the_most_specific_rate_holds_and_added_ones_beside_it(
    place: tuple[str, str], tax_class: str, titles: dict[str, str]
) -> None:
    rates = rates_at(tax_table(CANADA), *place, tax_class, day=NOW.date())
    assert {rate.title: str(rate.rate) for rate in rates} == titles


def test_a_rate_holds_from_its_first_day_to_its_last() -> None:
    table = tax_table([
        dated("DE", "0.19", since=date(2007, 1, 1), until=date(2020, 6, 30)),
        dated("DE", "0.16", since=date(2020, 7, 1), until=date(2020, 12, 31)),
        dated("DE", "0.19", since=date(2021, 1, 1)),
    ])  # fmt: skip
    item, to = Item("A", 100_00, 1), Destination("DE")
    basket = Basket("EUR", (item,), destination=to)

    def tax_at(*moment: int) -> int:
        now = datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc]
        return price(basket, Rules(tax=TaxRules(table=table)), now=now).totals.tax

    assert tax_at(2020, 6, 30, 23, 59, 59) == 19_00
    assert tax_at(2020, 7, 1) == 16_00
    assert tax_at(2020, 12, 31, 23, 59) == 16_00
    assert tax_at(2021, 1, 1) == 19_00
    assert tax_at(2006, 12, 31) == 0


def test_before_the_destination_is_known_the_rates_of_the_origin_are_an_estimate() -> None:
    rules = TaxRules(table=tax_table(EUROPE), origin=Destination("DE"))
    item = Item("A", 100_00, 1, tax_class="reduced")

    [estimate] = taxes(item, rules=rules, to=None).lines[0].taxes
    [known] = taxes(item, rules=rules, to=Destination("FR")).lines[0].taxes

    assert (estimate.amount, estimate.source) == (7_00, "estimate:DE:reduced")
    assert (known.amount, known.source) == (5_50, "table:FR:reduced")


@pytest.mark.parametrize(
    ("origin", "to", "tax"),
    [
        ("DE", "FR", 19_00),  # within the EU, below the threshold of distance sales
        ("DE", "GB", 20_00),  # exported: taxed where it goes
        ("DE", "US", 0),
        ("GB", "FR", 20_00),
        ("GB", "GB", 20_00),
    ],
)
def test_on_the_basis_of_origin_exports_are_taxed_where_they_go(
    origin: str, to: str, tax: int
) -> None:
    rules = TaxRules(table=tax_table(EUROPE), basis=TaxBasis.ORIGIN, origin=Destination(origin))
    assert taxes(Item("A", 100_00, 1), rules=rules, to=Destination(to)).totals.tax == tax


def test_what_is_not_taxed_says_why() -> None:
    rules = TaxRules(TaxRate(Decimal("0.2"), "VAT"))
    quote = taxes(
        Item("A", 10_00, 1, tax_class="exempt"),
        Item("B", 10_00, 1, tax_class="zero"),
        Item("C", 10_00, 1),
        rules=rules,
        to=None,
    )
    assert found(quote) == [("A", "Exempt", 0), ("B", "Zero-rated", 0), ("C", "VAT", 2_00)]


def test_a_flat_rate_of_nothing_leaves_no_entry() -> None:
    assert found(taxes(Item("A", 10_00, 1), rules=TaxRules(), to=None)) == []


class TestShipping:
    """Transport shares the rates of the goods, bears the standard one, or none."""

    GOODS = (Item("A", 30_00, 1, tax_class="reduced"), Item("B", 10_00, 1))

    def shipping_taxes(self, kind: ShippingTax, *goods: Item) -> list[tuple[str, int, int | None]]:
        rules = TaxRules(table=tax_table(EUROPE), shipping=kind)
        quote = taxes(*(goods or self.GOODS), rules=rules, to=Destination("DE"), shipping=4_00)
        return [(str(tax.rate), tax.amount, tax.base) for tax in quote.shipping_taxes]

    def test_the_standard_rate_of_its_zone(self) -> None:
        assert self.shipping_taxes(ShippingTax.STANDARD) == [("0.19", 76, 4_00)]

    def test_in_proportion_to_the_goods(self) -> None:
        """A quarter of the goods at 19 %, three quarters at 7 %: 1.00 × 19 % + 3.00 × 7 %."""
        assert self.shipping_taxes(ShippingTax.ITEMS) == [("0.07", 21, 3_00), ("0.19", 19, 1_00)]

    def test_only_goods_that_ship_count(self) -> None:
        download = Item("C", 1000_00, 1, ships=False)
        goods = (Item("A", 30_00, 1, tax_class="reduced"), download)
        assert self.shipping_taxes(ShippingTax.ITEMS, *goods) == [("0.07", 28, 4_00)]

    def test_lines_of_one_rate_count_together_and_what_does_not_ship_for_nothing(self) -> None:
        """4.00 by 2 to 1: 2.67 and 1.33; the odd penny goes to the larger fraction."""
        goods = (
            Item("A", 1, 1),
            Item("B", 1, 1),
            Item("C", 1, 1, tax_class="reduced"),
            Item("D", 1_00, 1, tax_class="exempt", ships=False),
        )
        found = self.shipping_taxes(ShippingTax.ITEMS, *goods)
        assert [(rate, base) for rate, _, base in found] == [("0.19", 2_67), ("0.07", 1_33)]

    def test_goods_that_cost_nothing_have_no_proportion(self) -> None:
        assert self.shipping_taxes(ShippingTax.ITEMS, Item("A", 0, 1)) == [("0.19", 76, 4_00)]

    def test_none(self) -> None:
        assert self.shipping_taxes(ShippingTax.NONE) == []


class TestReverseCharge:
    """Goods to a business in another member state: the buyer accounts for the tax."""

    RULES = TaxRules(table=tax_table(EUROPE), origin=Destination("DE"))
    GOODS = (Item("A", 119_00, 1), Item("B", 107_00, 1, tax_class="reduced"))

    @pytest.mark.parametrize(
        ("to", "vat", "charged"),
        [
            (Destination("FR"), "FR40303265045", True),
            (Destination("FR"), "ATU37675002", True),  # registered in a third member state
            (Destination("FR"), "EL094259216", True),
            (Destination("GB", postal_code="BT1 5GS"), "XI366303068", True),
            (Destination("GB", postal_code="SW1Y 4LB"), "XI366303068", False),
            (Destination("FR"), "DE136695976", False),  # the shop's own member state
            (Destination("DE"), "FR40303265045", False),  # the goods do not leave
            (Destination("US"), "FR40303265045", False),  # an export
            (Destination("FR"), "", False),
            (None, "FR40303265045", False),
        ],
    )
    def test_holds_from_one_member_state_to_another(
        self, to: Destination | None, vat: str, charged: bool
    ) -> None:
        titles = {
            title for _, title, _ in found(taxes(*self.GOODS, rules=self.RULES, to=to, vat=vat))
        }
        assert (titles == {"Reverse charge"}) is charged

    def test_a_shop_outside_the_union_never_does(self) -> None:
        rules = replace(self.RULES, origin=Destination("GB"))
        quote = taxes(*self.GOODS, rules=rules, to=Destination("FR"), vat="FR40303265045")
        assert quote.totals.tax > 0

    @pytest.mark.parametrize("rounding", TaxRounding)
    def test_takes_the_tax_out_of_gross_prices_as_an_entry(self, rounding: TaxRounding) -> None:
        rules = replace(self.RULES, included=True, rounding=rounding)
        quote = taxes(
            *self.GOODS, rules=rules, to=Destination("FR"), vat="FR40303265045", shipping=11_90
        )
        totals = quote.totals

        assert [(line.subtotal, line.discount, line.total) for line in quote.lines] == [
            (119_00, 19_00, 100_00), (107_00, 7_00, 100_00),
        ]  # fmt: skip
        assert (totals.discount, totals.shipping, totals.tax) == (26_00, 10_00, 0)
        assert totals.total == 210_00
        assert {entry.source for line in quote.lines for entry in line.discounts} == {
            "reverse_charge"
        }
        assert [entry.base for entry in quote.entries if entry.kind is Kind.TAX] == [
            100_00, 100_00, 10_00,
        ]  # fmt: skip

    @pytest.mark.parametrize("included", [True, False])
    def test_each_line_says_what_the_buyer_accounts_for(self, included: bool) -> None:
        rules = replace(self.RULES, included=included)
        goods = replace(self.GOODS[0], unit_price=119_00 if included else 100_00)
        quote = taxes(goods, rules=rules, to=Destination("FR"), vat="FR40303265045", shipping=0)

        charged = Entry(Kind.TAX, "A", 0, "reverse_charge", "Reverse charge", "", Decimal(0))
        [line] = quote.lines
        assert line.taxes == (charged._replace(base=100_00),)
        assert quote.shipping_taxes == [charged._replace(sku=None, base=0)]
        said = "Tax that the buyer accounts for"
        discount = Entry(Kind.DISCOUNT, "A", 19_00, "reverse_charge", said)
        assert line.discounts == ((discount,) if included else ())

    def test_all_taxes_in_a_price_are_taken_out_of_it(self) -> None:
        """Shipping that shares the rates of the goods holds 19 % of one part and 7 % of another."""
        rules = replace(self.RULES, included=True, shipping=ShippingTax.ITEMS)
        quote = taxes(
            *self.GOODS, rules=rules, to=Destination("FR"), vat="FR40303265045", shipping=226_00
        )
        assert quote.totals.shipping == 200_00

    def test_of_net_prices_takes_nothing_off(self) -> None:
        quote = taxes(*self.GOODS, rules=self.RULES, to=Destination("FR"), vat="FR40303265045")
        assert (quote.totals.discount, quote.totals.total) == (0, 226_00)


class TestPublishedExamples:
    """Figures that tax offices and tax services publish."""

    @pytest.mark.parametrize(("net", "tax"), [(4_34, 87), (4_32, 86), (4_33, 87), (2_50, 50)])
    def test_each_calculation_is_rounded_up_and_down(self, net: int, tax: int) -> None:
        """HMRC, Notice 700, Calculation of VAT at retailers: not down alone; VATREC12010."""
        rules = TaxRules(TaxRate(Decimal("0.2"), "VAT"), rounding=TaxRounding.LINE)
        quote = taxes(Item("A", net, 1), Item("B", net, 1), rules=rules, to=None)
        assert [line.tax for line in quote.lines] == [tax, tax]

    def test_gst_and_qst_on_100_dollars(self) -> None:
        """Revenu Québec, Calculating the Taxes: 5.00 and 9.98 on 100.00, 114.98 in all."""
        rules = TaxRules(table=tax_table(CANADA))
        quote = taxes(Item("A", 100_00, 1), rules=rules, to=QUEBEC)
        assert found(quote) == [("A", "GST", 5_00), ("A", "QST", 9_98)]
        assert quote.totals.total == 114_98

    def test_several_goods_may_be_taxed_on_their_total(self) -> None:
        """The same page: the taxes can be computed on the total before they are rounded."""
        goods = [Item(name, 1_05, 1) for name in "ABC"]
        rules = TaxRules(table=tax_table(CANADA))
        whole = taxes(*goods, rules=rules, to=QUEBEC)
        each = taxes(*goods, rules=replace(rules, rounding=TaxRounding.LINE), to=QUEBEC)
        # Of 3.15 they are 0.1575 and 0.3142, of 1.05 they are 0.0525 and 0.1047.
        assert (whole.totals.tax, each.totals.tax) == (16 + 31, 3 * (5 + 10))

    def test_a_gross_price_holds_both_in_proportion(self) -> None:
        """114.98 with 14.975 % in it is 100.00, 5.00 and 9.98 (one-step calculation)."""
        rules = TaxRules(table=tax_table(CANADA), included=True)
        assert found(taxes(Item("A", 114_98, 1), rules=rules, to=QUEBEC)) == [
            ("A", "GST", 5_00), ("A", "QST", 9_98),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("included", "tax", "total"), [(False, 1_00, 11_00), (True, 91, 10_00)]
    )
    def test_tax_behavior(self, included: bool, tax: int, total: int) -> None:
        """Stripe, Tax behavior: 10 % on 10.00 is 11.00, in 10.00 it is 0.91."""
        rules = TaxRules(TaxRate(Decimal("0.1"), "Sales tax"), included)
        totals = taxes(Item("A", 10_00, 1), rules=rules, to=None).totals
        assert (totals.tax, totals.total) == (tax, total)

    def test_a_delivery_that_is_part_of_a_mixed_supply_is_apportioned(self) -> None:
        """HMRC, Notice 700/24: delivery of goods at two rates is apportioned by their value."""
        table = tax_table([dated("GB", "0.2"), dated("GB", "0", tax_class="zero", title="Zero")])
        rules = TaxRules(table=table, shipping=ShippingTax.ITEMS)
        goods = (Item("A", 60_00, 1), Item("B", 40_00, 1, tax_class="zero"))
        quote = taxes(*goods, rules=rules, to=Destination("GB"), shipping=5_00)
        assert [(tax.base, tax.amount) for tax in quote.shipping_taxes] == [(3_00, 60), (2_00, 0)]


def test_taxes_of_a_service_stand_in_place_of_the_table() -> None:
    provided = {"standard": (TaxRate(Decimal("0.08875"), "Sales tax", "provider"),)}
    rules = TaxRules(table=tax_table(EUROPE), provided=provided)
    quote = taxes(Item("A", 100_00, 1, tax_class="toys"), rules=rules, to=Destination("US", "NY"))
    assert quote.lines[0].taxes == (
        Entry(Kind.TAX, "A", 8_88, "provider", "Sales tax", rate=Decimal("0.08875"), base=100_00),
    )


def test_a_service_is_not_asked_about_what_is_untaxed_nor_before_there_is_a_destination() -> None:
    provided = {"standard": (TaxRate(Decimal("0.08875"), "Sales tax", "provider"),)}
    rules = TaxRules(table=tax_table(EUROPE), origin=Destination("DE"), provided=provided)
    untaxed = taxes(
        Item("A", 100_00, 1, tax_class="exempt"), rules=rules, to=Destination("US", "NY")
    )
    unknown = taxes(Item("A", 100_00, 1), rules=rules, to=None)

    assert [(tax.amount, tax.source) for tax in untaxed.lines[0].taxes] == [(0, "class:exempt")]
    assert [(tax.amount, tax.source) for tax in unknown.lines[0].taxes] == [
        (19_00, "estimate:DE:standard")
    ]


def test_what_no_rate_is_known_for_says_of_which_country() -> None:
    quote = taxes(
        Item("A", 100_00, 1), rules=TaxRules(table=tax_table(EUROPE)), to=Destination("US")
    )
    assert [tax.source for tax in quote.lines[0].taxes] == ["no_rate:US"]
