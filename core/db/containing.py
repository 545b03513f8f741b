"""Finding rows by a part of their text, in any case, from an index.

The text of a row is a column of values that `congocart_folded` has folded, each on a line of
its own with an empty line before it; a `GinIndex` of its `Trigrams` is used (docs/adr/0090).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Lookup, Q, TextField
from django.db.models.sql.compiler import SQLCompiler

MAX_WORDS = 8
_ACCENTS = re.compile("[\u0300-\u036f]")


class Trigrams(Func):
    """Every three characters in a row of a text."""

    function = "congocart_trigrams"
    output_field = ArrayField(TextField())


@TextField.register_lookup
class Holds(Lookup):
    """Whether a folded text holds a string of three characters or more.

    The index proposes rows that have its trigrams, in whatever order; the text decides.
    """

    lookup_name = "holds"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        column, before = self.process_lhs(compiler, connection)
        given, wanted = self.process_rhs(compiler, connection)
        sql = (
            f"(congocart_trigrams({column}) @> congocart_trigrams({given}) "
            f"AND strpos({column}, {given}) > 0)"
        )
        return sql, (*before, *wanted) * 2


def folded(text: str) -> str:
    """Return a text as it is compared: without case and accents."""
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).lower()


def holds_every_word(column: str, text: str) -> Q | None:
    """Match rows whose `column` holds each of the first words of `text`; None: there are none.

    A word of one or two letters is looked for where a value begins.
    """
    words = [folded(word) for word in text.split()[:MAX_WORDS]]
    condition = Q()
    for word in filter(None, words):
        condition &= Q(**{f"{column}__holds": word.rjust(3, "\n")})
    return condition or None
