"""Which items a promotion is about, found without looking at every item for every promotion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pricing.domain.basket import Item
from pricing.domain.promotions import Conditions

_Names = tuple[frozenset[str], frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Selection:
    """Items in the order of their basket, and what each and all come to before any discount."""

    items: tuple[Item, ...]
    skus: tuple[str, ...]
    subtotals: tuple[int, ...]
    subtotal: int
    quantity: int


class Selector:
    """The items of one basket by SKU, product and category; each question is answered once."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._found: dict[_Names, Selection] = {}

    def selected_by(self, conditions: Conditions) -> Selection:
        """Return the items that any of the conditions' three sets names, or all without them."""
        names = (conditions.skus, conditions.products, conditions.categories)
        if names not in self._found:
            items = tuple(self._named(names) if any(names) else self._items)
            skus = tuple([item.sku for item in items])
            subtotals = tuple([item.subtotal for item in items])
            quantity = sum([item.quantity for item in items])
            self._found[names] = Selection(items, skus, subtotals, sum(subtotals), quantity)
        return self._found[names]

    def _named(self, names: _Names) -> Iterator[Item]:
        places = {
            place
            for places, wanted in zip(self._places, names, strict=True)
            for name in wanted & places.keys()
            for place in places[name]
        }
        return (self._items[place] for place in sorted(places))

    @cached_property
    def _places(self) -> tuple[dict[str, list[int]], ...]:
        """Where the items of each SKU, product and category are."""
        skus, products, categories = (defaultdict[str, list[int]](list) for _ in range(3))
        for place, item in enumerate(self._items):
            skus[item.sku].append(place)
            products[item.product].append(place)
            for category in item.categories:
                categories[category].append(place)
        return skus, products, categories
