"""Every word of an e-mail or an address form is there in each language, and compiled."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
LANGUAGES = sorted(path.name for path in (ROOT / "locale").iterdir())
PLACEHOLDER = re.compile(r"%\(\w+\)s")
TRANSLATE = re.compile(r"{% translate \"(.+?)\" %}")
BLOCK = re.compile(
    r"{% blocktranslate.*?%}(.+?)(?:{% plural %}(.+?))?{% endblocktranslate %}", re.DOTALL
)
IN_PYTHON = re.compile(r"\b_\(\s*\"(.+?)\"")


def said() -> set[str]:
    """What the templates of e-mails, the jobs that send them and address forms say in English."""
    found: set[str] = set()
    for path in ROOT.glob("*/**/templates/**/emails/*"):
        text = path.read_text()
        found.update(TRANSLATE.findall(text))
        for one, many in BLOCK.findall(text):
            found.update(re.sub(r"{{ (\w+) }}", r"%(\1)s", each) for each in (one, many) if each)
    for path in (*ROOT.glob("*/emails.py"), ROOT / "checkout/serializers/countries.py"):
        found.update(IN_PYTHON.findall(path.read_text()))
    return found


def catalog(language: str) -> Any:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file)


def forms(text: Any) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def texts(known: Any) -> dict[tuple[str, ...], list[str]]:
    return {tuple(forms(each.id)): forms(each.string) for each in known if each.id}


def test_there_is_german_and_french() -> None:
    assert LANGUAGES == ["de", "fr"]
    assert len(said()) > 90


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_said_is_translated(language: str) -> None:
    translated = {
        form
        for message in catalog(language)
        if all(forms(message.string)) and not message.fuzzy
        for form in forms(message.id)
    }
    assert said() - translated == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_original(language: str) -> None:
    for message in catalog(language):
        known = set(PLACEHOLDER.findall(" ".join(forms(message.id))))
        for form in forms(message.string):
            assert set(PLACEHOLDER.findall(form)) <= known, message.id
        if isinstance(message.id, str):
            assert set(PLACEHOLDER.findall(message.string)) == known, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = texts(read_mo(file))
    assert compiled == texts(catalog(language))
