"""How goods are called, in addresses, in lines and in search."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

MAX_SLUG_LENGTH = 200
MAX_TITLE = 255
# PostgreSQL indexes up to a megabyte of distinct words. Of 100,000 characters, and the 20,000 of
# a description, no more than that can be made, even of the rarest letters.
MAX_KEYWORDS = 100_000


def full_title(product_title: str, variant_title: str) -> str:
    """How a line of a cart or an order names a variant."""
    return f"{product_title} – {variant_title}" if variant_title else product_title


def variant_title(title: str, options: Mapping[str, str]) -> str:
    """Return what a variant is called: its own title, or else what it has chosen of the options."""
    return title or " / ".join(options.values())[:MAX_TITLE].rstrip()


def keywords_of(variants: Iterable[tuple[str, Mapping[str, str]]]) -> str:
    """Return the distinct titles and option values of variants, for search.

    What is beyond `MAX_KEYWORDS` characters is left out, so that PostgreSQL can always index it.
    """
    texts = [
        text
        for title, options in variants
        for text in (title, *(value for _, value in sorted(options.items())))
        if text
    ]
    keywords = " ".join(dict.fromkeys(texts))
    if len(keywords) <= MAX_KEYWORDS:
        return keywords
    cut = keywords.rfind(" ", 0, MAX_KEYWORDS + 1)
    return keywords[: cut if cut > 0 else MAX_KEYWORDS]


def slug_of(title: str) -> str:
    """Make a slug from a title: ASCII where the title allows it, else its own letters.

    Empty when the title has neither letters nor digits.
    """
    decomposed = unicodedata.normalize("NFKD", title)
    has_ascii_form = all(c.isascii() for c in decomposed if c.isalnum())
    text = decomposed.encode("ascii", "ignore").decode() if has_ascii_form else title
    normal = unicodedata.normalize("NFKC", text).lower().replace("'", "").replace("’", "")
    return re.sub(r"[\W_]+", "-", normal).strip("-")[:MAX_SLUG_LENGTH].strip("-")


def folded(text: str) -> str:
    """`text` without case, blanks and punctuation between letters; the rest tells texts apart.

    So `T-Shirt` is `t shirt`, but `C++` is not `C`, and `1/2` is not `1-2`.
    """
    normal = unicodedata.normalize("NFKC", text).lower()
    joined = _APOSTROPHE.sub("", normal.strip(_ENCLOSING))
    return _BETWEEN.sub(_separator, joined)


_ENCLOSING = " .,;:()[]{}"
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’](?=[^\W\d_])")
_BETWEEN = re.compile(r"(?<=[^\W_])[\W_]+(?=[^\W_])")


def _separator(found: re.Match[str]) -> str:
    before, after = found.string[found.start() - 1], found.string[found.end()]
    if before.isdecimal() and after.isdecimal():
        return found[0]
    says_nothing = all(unicodedata.category(c)[0] in "PZ" or c.isspace() for c in found[0])
    return "-" if says_nothing else found[0]
