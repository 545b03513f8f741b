"""The vocabulary that typing errors are corrected with."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.models import SearchWord
from catalog.search_words import trigrams, words_of
from core.db.transactions import transaction_required


@transaction_required
def remember_words(texts: Iterable[str]) -> None:
    """Adds the words of `texts` to the vocabulary.

    Words are only ever added: one that no product has any more is a candidate that
    finds nothing. They are sorted, so that two writers cannot wait for each other in a circle.
    """
    SearchWord.objects.bulk_create(
        [SearchWord(word=word, trigrams=trigrams(word)) for word in words_of(texts)],
        ignore_conflicts=True,
    )
