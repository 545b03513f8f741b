"""The words of `docs/glossary.md`: all that a reader meets is plain American English.

Ruff's pydocstyle rules see to the form of docstrings.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
# What we do not say, and what we say instead.
BANNED = {
    # British spelling
    r"behaviours?": "behavior",
    r"cancelled|cancelling": "canceled, canceling",
    r"catalogues?": "catalog",
    r"centres?": "center",
    r"coloured|colours?": "color",
    r"defences?": "defense",
    r"favours?|favourites?": "favor, favorite",
    r"fulfils?|fulfilments?": "fulfill, fulfillment",
    r"grey": "gray",
    r"honours?|honoured": "honor",
    r"judgements?": "judgment",
    r"labelled|modelled|signalled|travelled": "one l",
    r"licences?": "license",
    r"\w+(?:al|ial|or|er|ogn|gan|mm|nim|ron|tim|tom)is(?:e|ed|es|ing|ation|ations)": "-ize",
    # words of our own for what has a name
    r"is_sold": "is_for_sale",
    r"judged_absent": "outcome_if_not_found",
    r"seal|sealing|unseal": "encrypt, decrypt",
    r"second factor door": "MFA middleware",
    r"spoken_number": "new_order_number",
    r"carry out|carried out": "execute",
    # quaint
    r"as one says": "leave it out",
    r"books": "ledger",
    r"let go of": "release",
    r"rooms?": "app",
    r"shelf|shelves": "stock",
    r"somebody|everybody": "someone, everyone",
    r"telephones?": "phone",
    r"under way": "in progress",
    r"whoever|whatever of": "say who",
}
# Words that are right where they are: (path, word) and why.
EXCEPTIONS = {
    ("accounts/apps.py", "books"): "address books",
    ("tests/integration/admin/test_jobs.py", "cancelled"): "a status of Procrastinate",
    ("tests/integration/catalog/test_categories.py", "books"): "a category of books",
    ("tests/integration/catalog/test_import_skus.py", "books"): "a file of books",
}
WORDS = re.compile(
    rf"(?<![A-Za-z])(?:{'|'.join(f'(?:{pattern})' for pattern in BANNED)})(?![A-Za-z])",
    re.IGNORECASE,
)
# Migrations and the trading day's data stay as they were applied and found.
FROZEN = re.compile(r"/migrations/|\.venv/|\.data/|/data/|requirements/|staticfiles/|/static/")
ENDINGS = ("*.py", "*.md", "*.html", "*.txt", "*.yaml", "*.toml", "Dockerfile", "Makefile")


def sources() -> list[Path]:
    found = {path for ending in ENDINGS for path in ROOT.rglob(ending)}
    return sorted(path for path in found if not FROZEN.search(f"/{path.relative_to(ROOT)}"))


def test_no_source_has_a_banned_word() -> None:
    found = []
    for path in sources():
        name = str(path.relative_to(ROOT))
        if path in (Path(__file__), ROOT / "docs" / "glossary.md"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found += [
                f"{name}:{number}: {word.group()}"
                for word in WORDS.finditer(line)
                if (name, word.group().lower()) not in EXCEPTIONS
            ]
    assert found == [], f"{len(found)} words that docs/glossary.md does not use"
