"""Full-text search that forgives typing errors.

A query word that occurs in no product is replaced by the closest word of the
catalog's vocabulary. Trigrams, in a GIN index, find the candidates; the edit
distance decides between them.
"""

from __future__ import annotations

from django.contrib.postgres.search import CombinedSearchQuery, SearchQuery
from django.db import connection

from catalog.search_words import (
    Term,
    closest,
    is_plain,
    raw_query,
    terms_of,
    trigrams,
)

_CONFIG = "english"

_CANDIDATES = """
SELECT given.position - 1, candidate.word
FROM unnest(%(queries)s::text[], %(trigrams)s::text[])
     WITH ORDINALITY AS given (query, trigrams, position)
CROSS JOIN LATERAL string_to_array(given.trigrams, ' ') AS wanted (trigrams)
CROSS JOIN LATERAL (
    SELECT known.word
    FROM catalog_searchword known
    CROSS JOIN LATERAL (
        SELECT count(*) AS trigrams
        FROM unnest(known.trigrams) AS trigram
        WHERE trigram = ANY (wanted.trigrams)
    ) AS shared
    WHERE known.trigrams && wanted.trigrams::varchar[]
    ORDER BY
        shared.trigrams::float
        / (cardinality(known.trigrams) + cardinality(wanted.trigrams) - shared.trigrams) DESC,
        known.word
    LIMIT 20
) AS candidate
WHERE numnode(to_tsquery('english', given.query)) > 0
  AND NOT EXISTS (
      SELECT FROM catalog_product product
      WHERE product.deleted_at IS NULL
        AND product.search_vector @@ to_tsquery('english', given.query)
  )
"""


def search_query(text: str) -> SearchQuery | CombinedSearchQuery:
    """Return what `text` means as a full-text query; at most one statement.

    Quotes, `or` and a leading minus mean what they mean to web search engines. Otherwise
    every word has to occur, the last one possibly unfinished, and mistyped words are
    replaced by what they were meant to be.
    """
    query = SearchQuery(text, search_type="websearch", config=_CONFIG)
    terms = terms_of(text) if is_plain(text) else []
    if not terms:
        return query
    candidates = _candidates([term for term in terms if term.may_be_mistyped])
    corrected = [
        Term(closest(term.word, candidates.get(term.word, [])) or term.word, term.unfinished)
        for term in terms
    ]
    return query | SearchQuery(raw_query(corrected), search_type="raw", config=_CONFIG)


def _candidates(terms: list[Term]) -> dict[str, list[str]]:
    """Return similar words of the vocabulary for those of `terms` that occur in no product."""
    if not terms:
        return {}
    parameters = {
        "queries": [raw_query([term]) for term in terms],
        "trigrams": [" ".join(trigrams(term.word)) for term in terms],
    }
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, parameters)
        for position, word in cursor.fetchall():
            found.setdefault(terms[position].word, []).append(word)
    return found
