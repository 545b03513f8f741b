from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from congocart.databases import TIMEOUTS, database_settings


def place(url: str) -> tuple[Any, ...]:
    found = database_settings(url, pool_size=5)
    return tuple(found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT"))


def options(url: str) -> dict[str, Any]:
    return {
        name: value
        for name, value in database_settings(url, pool_size=5)["OPTIONS"].items()
        if name != "pool"
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://shop:a%40b@db/shop", ("shop", "shop", "a@b", "db", "")),
        ("postgresql://shop@[::1]:5433/shop", ("shop", "shop", "", "::1", "5433")),
        ("postgres://shop@a:5433,b/shop", ("shop", "shop", "", "a,b", "5433,")),
        ("postgres://[::1]:1,[::2]:2/shop", ("shop", "", "", "::1,::2", "1,2")),
        ("postgres://shop@/shop?host=/a%20b+c", ("shop", "shop", "", "/a b+c", "")),
        ("postgres:///shop", ("shop", "", "", "", "")),
    ],
)
def test_a_url_means_what_it_means_to_libpq(url: str, expected: tuple[str, ...]) -> None:
    assert place(url) == expected


def test_a_vanished_machine_is_given_up_within_seconds_unless_the_url_says_otherwise() -> None:
    assert options("postgres://a/shop") == TIMEOUTS
    assert options("postgres://a,b/shop?connect_timeout=9&target_session_attrs=read-write") == {
        **TIMEOUTS,
        "connect_timeout": "9",
        "target_session_attrs": "read-write",
    }


@pytest.mark.parametrize(("text", "bound"), [("true", True), ("on", True), ("false", False)])
def test_options_of_django_have_their_types(text: str, bound: bool) -> None:
    found = options(f"postgres://a/shop?server_side_binding={text}&prepare_threshold=3")
    assert (found["server_side_binding"], found["prepare_threshold"]) == (bound, 3)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://root:secret@a/shop",
        "postgres://shop:secret@a/shop?nonsense=1",
        "postgres://shop:secret%@a/shop",
        "postgres://shop:secret@a/shop?prepare_threshold=soon",
    ],
)
def test_another_url_is_refused_and_not_quoted(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is not like") as refusal:
        database_settings(url, pool_size=5)
    assert "secret" not in str(refusal.value)
