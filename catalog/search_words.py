"""The words of products and of searches, on plain values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_WORD_LENGTH = 60
MAX_TERMS = 12
_WORD = re.compile(r"[^\W_]+")
_OPERATOR = re.compile(r'"|(?:^|\s)-\S|(?:^|\s)or(?:\s|$)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """A word that is searched for, in lower case; an unfinished one may go on."""

    word: str
    unfinished: bool

    @property
    def may_be_mistyped(self) -> bool:
        """Whether looking for a similar word makes sense; numbers and two letters are meant."""
        return self.word.isalpha() and 3 <= len(self.word) <= MAX_WORD_LENGTH


def words_of(texts: Iterable[str]) -> list[str]:
    """Return the distinct words that belong in the vocabulary, sorted."""
    found = {word for text in texts for word in _WORD.findall(_lower(text))}
    return sorted(word for word in found if Term(word, unfinished=False).may_be_mistyped)


def is_plain(text: str) -> bool:
    """Whether a query is nothing but words, without quotes, `or` or a leading minus."""
    return not _OPERATOR.search(text)


def terms_of(text: str) -> list[Term]:
    """Return the first words of a query; the last one is unfinished unless a space follows it."""
    words = _WORD.findall(_lower(text))[:MAX_TERMS]
    last = len(words) - 1
    return [Term(word, i == last and not text[-1:].isspace()) for i, word in enumerate(words)]


def raw_query(terms: Sequence[Term]) -> str:
    """Return the input of `to_tsquery` that asks for every term."""
    return " & ".join(f"'{term.word}'{':*' if term.unfinished else ''}" for term in terms)


def trigrams(word: str) -> list[str]:
    """Every three letters in a row, without accents; two of padding mark the start, one the end."""
    padded = f"__{_folded(word)}_"
    return sorted({padded[i : i + 3] for i in range(len(padded) - 2)})


def closest(word: str, candidates: Sequence[str]) -> str | None:
    """Return the candidate with the fewest typos, the earlier on a tie; None if all have too many.

    One error is forgiven in up to five letters, two in longer words.
    """
    allowed = 1 if len(word) <= 5 else 2
    distances = [(_errors(_folded(word), _folded(known)), known) for known in candidates]
    errors, known = min(distances, key=lambda pair: pair[0], default=(allowed + 1, None))
    return known if errors <= allowed else None


def _errors(typed: str, meant: str) -> int:
    """Letters missing, too many, wrong or swapped with their neighbour (optimal alignment)."""
    above: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        two_above, above, row = above, row, [i]
        for j, other in enumerate(meant, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                cost = min(cost, two_above[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _lower(text: str) -> str:
    return unicodedata.normalize("NFC", text.lower())


def _folded(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(c for c in decomposed if not unicodedata.combining(c)) or word
