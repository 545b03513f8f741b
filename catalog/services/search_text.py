"""What search finds a product by: its keywords, and the words that typos are corrected to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from catalog.domain import Option, keywords_of, options_with, stored_options
from catalog.models import Product, SearchWord
from catalog.search_words import trigrams, words_of
from core.db.transactions import transaction_required


def derive_from_variants(
    product: Product,
    variants: Iterable[tuple[str, Mapping[str, str]]],
    options: Iterable[Option] | None = None,
) -> bool:
    """Set a product's options and keywords, in memory; tell whether they have changed.

    `variants` are title and options of those for sale. `options` gives the order, which is
    else that of before; those that variants use are always among them.
    """
    used = list(variants)
    wanted = stored_options(product.options) if options is None else list(options)
    derived = [option.as_dict() for option in options_with(wanted, [each for _, each in used])]
    keywords = keywords_of(used)
    changed = (product.options, product.keywords) != (derived, keywords)
    product.options, product.keywords = derived, keywords
    return changed


@transaction_required
def remember_words(products: Iterable[Product]) -> None:
    """Add the words of `products` to the vocabulary.

    Words are only ever added: one that no product has any more is a candidate that
    finds nothing. They are sorted, so that two writers cannot wait for each other in a circle.
    """
    texts = [
        text
        for product in products
        for text in (product.title, product.keywords, product.description)
    ]
    SearchWord.objects.bulk_create(
        [SearchWord(word=word, trigrams=trigrams(word)) for word in words_of(texts)],
        ignore_conflicts=True,
    )
