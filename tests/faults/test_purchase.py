"""What a newcomer does: start the shop and paste what it printed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from congocart.demo import LOGINS, PASSWORD
from embedded.introduction import introduction
from tests.faults.running import ROOT, Shop

pytestmark = pytest.mark.faults


def test_the_printed_commands_buy_something_and_the_logins_work(
    new_shop: Callable[..., Shop],
) -> None:
    shop = new_shop(CONGOCART_RATE_LIMITS="off")
    shop.start(demo=True)
    _, commands = shop.said().split("to paste into another terminal:\n")
    done = subprocess.run(
        ["bash", "-e"], input=commands.encode(), capture_output=True, check=True, timeout=60
    )
    cart, checkout, completion = (json.loads(line) for line in done.stdout.splitlines())
    assert cart["items"][0]["quantity"] == 2
    assert checkout["status"] == "ready"
    assert completion["status"] == "completed"
    for email in LOGINS:
        response = httpx.post(
            f"http://127.0.0.1:{shop.port}/api/v1/auth/token",
            json={"email": email, "password": PASSWORD},
        )
        assert response.status_code == 200
    assert shop.get("/api/docs").status_code == 200
    assert shop.get("/admin/login/").status_code == 200


def test_the_readme_shows_what_is_printed() -> None:
    _, printed = introduction(8000, Path(".data"), database="", demo=True).split(
        "another terminal:\n"
    )
    assert printed.strip() in (ROOT / "README.md").read_text()
