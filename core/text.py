"""Characters: texts are compared, so what nobody can see in them is left out.

The one rule for every text that people send, whichever field it is for.
"""

from __future__ import annotations

import re
import unicodedata

# Control characters, surrogates without their other half, and noncharacters (Unicode, 23.7).
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)
_LINE_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
# All but the compatibility ideographs: people's names are written with those, and their normal
# form is another character.
_COMPOSABLE = re.compile("[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
# Default_Ignorable_Code_Point (DerivedCoreProperties of Unicode), and interlinear annotation.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Those of them that choose how the character before them looks, and the characters that have
# such variants: ideographs and letters of Burma, of Mongolia, and what may be an emoji.
_VARIANTS = (
    (
        re.compile("[\ufe00-\ufe0d\U000e0100-\U000e01ef]"),
        re.compile("[\u1000-\u109f\u3400-\u9fff\ua840-\ua87f\uf900-\ufaff\U00020000-\U0003ffff]"),
    ),
    (re.compile("[\u180b-\u180d\u180f]"), re.compile("[\u1800-\u18af]")),
    (
        re.compile("[\ufe0e\ufe0f]"),
        re.compile(
            "[0-9#*\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299"
            "\U0001f000-\U0001faff]"
        ),
    ),
)
_TAGS = re.compile("[\U000e0020-\U000e007f]")
_WITHOUT_JOINING, _JOINING = "\u200c", "\u200d"
# Letters that join or stack: from Arabic to the scripts of India, Tibet, Burma, Cambodia and
# Mongolia, and those beyond the Basic Multilingual Plane.
_JOINED_LETTERS = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\uabff"
    "\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00010fff\U00011000-\U00011fff\U0001e900-\U0001e95f]"
)
# What emoji sequences are made of (UTS 51): pictographs, skin tones, and their presentation.
_EMOJI = re.compile("[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff\U000e007f]")
_FLAG = "\U0001f3f4"
_VIRAMA = 9  # its canonical combining class


class UnprintableCharacter(ValueError):
    """A character that no text has; `character` is which."""

    def __init__(self, character: str) -> None:
        self.character = f"U+{ord(character):04X}"
        super().__init__(f"{self.character} is not a character of any text.")


def clean_text(text: str, *, multiline: bool = False) -> str:
    """Return `text` with one form for what looks the same, and nothing that is not seen.

    Composed (NFC); without zero-width characters, soft hyphens and marks of direction, except
    where letters or emoji take their shape from them. A line break is a blank unless the text
    may have lines. Raises `UnprintableCharacter` for control characters, lone surrogates and
    noncharacters.
    """
    if text.isascii() and text.isprintable():
        return text
    if found := _UNPRINTABLE.search(text):
        raise UnprintableCharacter(found[0])
    text = _LINE_BREAKS.sub("\n", text) if multiline else _LINE_BREAKS.sub(" ", text)
    text = text if multiline else text.replace("\t", " ")
    if _UNSEEN.search(text):
        kept = ""
        for position, character in enumerate(text, 1):
            after = text[position : position + 1]
            if not _UNSEEN.match(character) or gives_shape(character, kept[-1:], after):
                kept += character
        text = kept
    return _COMPOSABLE.sub(lambda part: unicodedata.normalize("NFC", part[0]), text)


def gives_shape(character: str, before: str, after: str) -> bool:
    """Tell whether an unseen character changes what is seen of those beside it."""
    for selector, has_variants in _VARIANTS:
        if selector.match(character):
            return bool(has_variants.match(before))
    if _TAGS.match(character):
        return before == _FLAG or bool(_TAGS.match(before))
    letters = bool(_JOINED_LETTERS.match(before))
    if character == _WITHOUT_JOINING:
        return letters and bool(_JOINED_LETTERS.match(after))
    if character == _JOINING:
        stacked = letters and unicodedata.combining(before) == _VIRAMA
        return stacked or any(
            kind.match(before) and kind.match(after) for kind in (_JOINED_LETTERS, _EMOJI)
        )
    return False
