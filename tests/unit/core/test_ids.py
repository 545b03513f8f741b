from __future__ import annotations

import re
import time

import pytest

from core.ids import (
    hash_secret,
    new_order_number,
    new_secret,
    normalize_order_number,
    uuid7,
)


def test_ids_are_of_version_7_and_sort_by_creation() -> None:
    ids = [uuid7() for _ in range(5_000)]

    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_an_id_tells_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7().int >> 80

    assert before <= made <= time.time_ns() // 1_000_000 + 1


def test_order_numbers_can_be_read_aloud_and_do_not_repeat() -> None:
    numbers = {new_order_number() for _ in range(5_000)}

    assert len(numbers) == 5_000
    assert all(re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{5}-[2-9A-HJKMNP-TV-Z]{5}", n) for n in numbers)


def test_the_characters_of_order_numbers_are_used_alike() -> None:
    text = "".join(new_order_number().replace("-", "") for _ in range(3_000))
    counts = [text.count(character) for character in set(text)]

    assert len(counts) == 30
    assert min(counts) > 0.7 * len(text) / 30


@pytest.mark.parametrize("text", ["", "-", "477M3", "477M3-ZJ8MZ2", "ada@example.com", "№"])
def test_what_cannot_be_an_order_number_is_none(text: str) -> None:
    assert normalize_order_number(text) == text


def test_a_secret_is_long_new_each_time_and_stored_as_its_hash() -> None:
    first, second = new_secret(), new_secret()

    assert first != second
    assert re.fullmatch(r"[\w-]{43}", first)
    assert hash_secret(first) == hash_secret(first) != hash_secret(second)
    assert re.fullmatch(r"[0-9a-f]{64}", hash_secret(first))
    assert first not in hash_secret(first)
