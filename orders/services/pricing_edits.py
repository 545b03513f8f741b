"""What an order costs with other lines: priced as it was placed, at today's price for new items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from uuid import UUID

from catalog.domain import Offer
from catalog.selectors import offers, priced_items
from core.items import ItemRequest, units_by_sku
from core.money import MAX_AMOUNT
from orders.domain import DeliveryMissing, OrderTooLarge, require_for_sale, require_size
from orders.models import Order, OrderLine
from orders.selectors import has_ordered
from pricing.domain import (
    Basket,
    Destination,
    Item,
    Quote,
    ShippingChoice,
    Terms,
    customer_key,
    price,
)
from pricing.domain.taxes import REVERSE_CHARGE
from pricing.selectors import terms_for, used_up
from pricing.services import with_provided_taxes


@dataclass(frozen=True, slots=True)
class PricedEdit:
    """The lines as they should be, with their amounts; the totals, and what they depend on."""

    lines: Sequence[OrderLine]
    quote: Quote
    terms: Terms
    customer_key: str

    @property
    def in_effect(self) -> list[tuple[UUID, str]]:
        """The id of each promotion that takes something off, and its code or nothing."""
        return [(UUID(each.id), each.code) for each in self.quote.explanation.applied]


def priced_edit(order: Order, requested: Sequence[ItemRequest], *, now: datetime) -> PricedEdit:
    """Price an order, which `order_for` has read, with the lines that are requested; not saved.

    An item that was ordered keeps its price, another one costs what it costs at `now`. The shop's
    promotions and rates of tax count as at the moment the order was placed, but for promotions
    made later, with the codes that were entered then; delivery costs what it cost. Raises
    `ItemNotForSale`, `ItemWithoutPrice`, `DeliveryMissing`, `OrderTooLarge`, and `FetchFirst`
    where a tax service has to be asked.
    """
    terms = terms_for(
        customer_id=order.customer_id,
        currency=order.currency,
        codes=order.promotions.get("submitted", []),
        tax_included=order.tax_included,
        now=now,
    )
    lines, found = _lines(order, requested, terms)
    known_as = customer_key(customer_id=order.customer_id, email=order.email)
    sold = ((found[line.variant_id], line.quantity, line.unit_price) for line in lines)
    basket = _basket(order, priced_items(sold, terms.rules), terms)
    # What the order itself has used of promotions counts as its own.
    gone = used_up(terms, customer_key=known_as, held_by=[order.checkout_id], now=now)
    # Ids are in the order of time: a promotion without a beginning began when it was made.
    of_then = [each for each in terms.rules.promotions if each.id < str(order.id)]
    rules = replace(with_provided_taxes(terms.rules, basket, now=now), promotions=of_then)
    quote = price(replace(basket, used_up=gone), rules, now=order.placed_at)
    if quote.totals.total > MAX_AMOUNT:
        raise OrderTooLarge
    for line, priced in zip(lines, quote.lines, strict=True):
        line.apply(priced)
    return PricedEdit(lines, quote, terms, known_as)


def _lines(
    order: Order, requested: Sequence[ItemRequest], terms: Terms
) -> tuple[list[OrderLine], dict[UUID, Offer]]:
    """Return the lines that are requested, not priced yet, and the offers by variant."""
    own = {line.variant_id: line for line in order.lines.all()}
    skus = {item.sku for item in requested}
    known = offers(currency=order.currency, skus=skus, variant_ids=own.keys(), terms=terms)
    found = {offer.variant_id: offer for offer in known}
    # A line keeps the SKU that it was ordered by, should the variant have another by now.
    named = {offer.sku: offer for offer in known}
    named |= {line.sku: found[line.variant_id] for line in own.values()}
    wanted: dict[UUID, int] = defaultdict(int)
    for sku, quantity in units_by_sku(requested).items():
        if sku in named:
            wanted[named[sku].variant_id] += quantity
    require_size(wanted)
    ordered = {variant_id: line.quantity for variant_id, line in own.items()}
    require_for_sale(requested, named, ordered, wanted)
    lines = []
    for position, (variant_id, quantity) in enumerate(wanted.items()):
        offer = found[variant_id]
        line = (
            copy(own[variant_id])
            if variant_id in own
            else OrderLine(
                order=order,
                unit_price=offer.price_for(quantity) or 0,  # without one it was refused
                **offer.line_columns(),
            )
        )
        line.position, line.quantity = position, quantity
        lines.append(line)
    return lines, found


def _basket(order: Order, items: tuple[Item, ...], terms: Terms) -> Basket:
    """Return the items as the order's buyer bought them: what counted then counts again."""
    first_order, customer_id, email = None, order.customer_id, order.email
    if any(promotion.conditions.first_order for promotion in terms.rules.promotions):
        first_order = not has_ordered(customer_id=customer_id, email=email, before=order.id)
    taxes = chain(order.shipping_taxes, *(line.taxes for line in order.lines.all()))
    counted = any(tax["source"] == REVERSE_CHARGE for tax in taxes)
    chosen, address = None, order.shipping_address
    if order.shipping_method:
        parts = (each["allocations"] for each in order.promotions.get("applied", []))
        taken_off = sum(amount for sku, amount in chain(*parts) if sku is None)
        cost = order.shipping + taken_off
        chosen = ShippingChoice(order.shipping_method, order.shipping_title, cost)
    elif any(item.ships for item in items):
        raise DeliveryMissing
    return Basket(
        order.currency,
        items,
        codes=terms.entered,
        buyer=replace(
            terms.buyer, first_order=first_order, vat_number=order.vat_number if counted else ""
        ),
        destination=address
        and Destination(address["country_code"], address["region"], address["postal_code"]),
        shipping=chosen,
    )
