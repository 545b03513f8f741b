"""Which characters a text may have, and which are left out of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import UnprintableCharacter, clean_text

CHARACTERS = {name: chr(code) for name, code in (("joiner", 0x200D), ("non-joiner", 0x200C))}
JOINER, NON_JOINER = CHARACTERS.values()


@pytest.mark.parametrize(
    "text",
    [
        "Ada Lovelace",
        "O’Brien-Müller",
        "李 小龍",
        "דוד בן־גוריון",
        "محمد",
        f"می{NON_JOINER}خواهم",  # Persian
        f"ක්{JOINER}රිෂ්ණ",  # Sinhala: a conjunct
        f"അവന്{JOINER}",  # Malayalam: a chillu at the end
        f"র{NON_JOINER}্য",  # Bengali
        f"क्{JOINER}ष",  # Devanagari
        f"👨{JOINER}👩{JOINER}👧{JOINER}👦",
        f"👩🏽{JOINER}⚕️",
        f"🏳️{JOINER}🌈",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",  # England, of tags
        "1️⃣ ❤️",
        "葛\U000e0100城",  # an ideographic variation
        "ᠮᠣᠩᠭᠣᠯ\u180b",
        "福\ufa1b",  # a compatibility ideograph, which NFC would replace
        "",
    ],
)
def test_a_name_of_any_script_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("A\u200bda", "Ada"),
        ("Ada\ufeff", "Ada"),
        ("A\u00adda", "Ada"),
        (f"A{JOINER}d{NON_JOINER}a", "Ada"),
        (f"{JOINER}Ada{NON_JOINER}", "Ada"),
        (f"می{NON_JOINER}", "می"),
        ("\u202eadA", "adA"),
        ("\u202a+44 20\u202c", "+44 20"),  # as a phone copies its own number
        ("\u2068Ada\u2069", "Ada"),
        ("דוד\u200f", "דוד"),
        ("A\ufe0fda", "Ada"),
        ("é\ufe0fЖ\ufe00あ\U000e0100", "éЖあ"),
        ("❤\ufe0f\ufe0f", "❤\ufe0f"),
        ("Ada\U000e0041", "Ada"),
        ("\u3164\u115f", ""),
        ("Cafe\u0301", "Café"),
        ("Flat 1\r\nBack door", "Flat 1 Back door"),
        ("a\tb\u2028c\x85d", "a b c d"),
    ],
)
def test_what_nobody_sees_is_left_out(text: str, clean: str) -> None:
    assert clean_text(text) == clean
    assert clean_text(clean) == clean


@given(st.text(st.one_of(st.characters(), st.sampled_from("\u200d\u200c\ufe0f\u0301e"))))
def test_a_clean_text_is_clean(text: str) -> None:
    try:
        clean = clean_text(text)
    except UnprintableCharacter:
        return
    assert clean_text(clean) == clean


def test_a_text_of_several_lines_keeps_them() -> None:
    assert clean_text("one\r\n\ttwo\u2028three", multiline=True) == "one\n\ttwo\nthree"


@pytest.mark.parametrize(
    "character", ["\0", "\x07", "\x1b", "\x7f", "\x9b", "\ud800", "\ufffe", "\ufdd0", "\U0010ffff"]
)
def test_what_is_no_character_is_refused(character: str) -> None:
    with pytest.raises(UnprintableCharacter, match=f"U\\+{ord(character):04X}"):
        clean_text(f"a{character}b")
