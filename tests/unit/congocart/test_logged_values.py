from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import pytest

from congocart.logging import without_personal_data


def logged(value: Any) -> Any:
    return without_personal_data(None, "info", {"value": value})["value"]


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com",
        "ada.lovelace+shop@mail.example.com",
        "o'brien@example.com",
        '"ada lovelace"@example.com',
        "ada@localhost",
        "ada@[192.0.2.1]",
        "ſam@shop.example",
        "ada%40example.com",
    ],
)
@pytest.mark.parametrize(
    "text", ["{}", "<{}>", "to {}, please", "/x?to={}&y=1", "{{{!r}: (550,)}}"]
)
def test_no_address_is_logged_however_it_is_written(address: str, text: str) -> None:
    line = logged(text.format(address))
    assert "(e-mail)" in line
    for part in ("ada", "brien", "lovelace", "ſam", "example", "192.0"):
        assert part not in line


@pytest.mark.parametrize(
    "value", ["nobody", "@functools.wraps", "a @ b", 1, None, True, 1.5, UUID(int=1), ["a"]]
)
def test_what_is_no_address_is_logged_as_it_is(value: Any) -> None:
    assert logged(value) == value


@pytest.mark.parametrize("text", ["a" * 200_000, "a@" * 50_000, "'" * 200_000, '"' * 200_000])
def test_long_text_is_read_in_a_moment(text: str) -> None:
    began = time.perf_counter()
    logged(text)
    assert time.perf_counter() - began < 1
