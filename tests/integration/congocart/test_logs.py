"""What stands in the logs, and what does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def logged() -> list[dict[str, Any]]:
    """The lines that `logging_shop` wrote."""
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("logging_shop.py")],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "congocart.settings",
            "PYTHONPATH": str(ROOT),
            "CONGOCART_LOG_FORMAT": "json",
        },
        capture_output=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_request_is_one_line_with_its_route(logged: list[dict[str, Any]]) -> None:
    line = dict(logged[0])
    assert line.pop("ms") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "request_id": "abc",
        "route": "fine/<int:number>",
        "status": 200,
    }


def test_a_refusal_is_the_access_line_alone(logged: list[dict[str, Any]]) -> None:
    assert (logged[1]["route"], logged[1]["status"]) == ("unmatched", 404)


def test_a_bug_is_logged_once_with_traceback_and_request_id(logged: list[dict[str, Any]]) -> None:
    bug, access = logged[2:4]
    assert bug["level"] == "error"
    assert "UniqueViolation" in bug["exception"]
    assert bug["request_id"] == access["request_id"] == "abc"
    assert access["status"] == 500


def test_a_refused_mail_is_logged_without_its_recipient(logged: list[dict[str, Any]]) -> None:
    foreign, own, _ = logged[4:]
    assert foreign["event"].startswith("To (e-mail): {(e-mail)")
    assert (own["event"], own["to"]) == ("refused (e-mail)", ["(e-mail)"])
    assert all("SMTPRecipientsRefused" in line["exception"] for line in (foreign, own))
    assert "example.com" not in json.dumps([foreign, own])


def test_no_line_quotes_a_query_or_a_row_or_a_path(logged: list[dict[str, Any]]) -> None:
    assert "ada@example.com" not in json.dumps(logged)
