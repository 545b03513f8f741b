from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.languages import format_day, preferred_language

KNOWN = ["en", "de", "fr", "pt-BR"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("DE", "de"),
        ("nl, fr;q=0.5, de;q=0.4", "fr"),
        ("en;q=0.3, fr;q=0.7", "fr"),
        ("fr;q=0, de;q=0.1", "de"),
        ("pt-br", "pt-BR"),
        ("zh-Hant-TW, fr", "fr"),
        ("de;q=0.5,fr;q=0.5", "de"),
    ],
)
def test_the_most_wanted_known_language_is_preferred(accepted: str, language: str) -> None:
    assert preferred_language(accepted, KNOWN) == language


@pytest.mark.parametrize(
    "accepted",
    ["", "*", "nl", ";;;", "q=1", "de;q=9", "\0", "x" * 100_000, "de" * 9, "ar,he,ja," * 10_000],
)
def test_without_a_known_language_the_first_is_preferred(accepted: str) -> None:
    assert preferred_language(accepted, KNOWN) == "en"


def test_days_are_written_in_the_language_and_the_time_zone() -> None:
    moment = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)
    assert format_day(moment, "en", ZoneInfo("UTC")) == "29 November 2026"
    assert format_day(moment, "de", ZoneInfo("Europe/Berlin")) == "30. November 2026"
    assert format_day(moment, "fr", ZoneInfo("UTC")) == "29 novembre 2026"
