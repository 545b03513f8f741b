"""In development e-mails are shown on a page, to this machine alone."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.test import Client

from embedded.emails import MOST, EmailBackend

PAGE = "/dev/emails"
HERE = {"HTTP_HOST": "127.0.0.1:8000"}


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def send(subject: str, words: str = "Hello", markup: str = "<p>Hello</p>") -> None:
    message = EmailMultiAlternatives(subject, words, to=["ada@example.com"])
    message.attach_alternative(markup, "text/html")
    EmailBackend().send_messages([message])


def test_what_was_sent_is_listed_printed_and_shown(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    send("First")
    send("Größe <b>", "See http://shop.example/x?a=1&b=2", "<script>alert(1)</script>")
    assert "Subject: First" in capsys.readouterr().out
    listed = client.get(PAGE, **HERE)
    names = [each["name"] for each in listed.context["emails"]]
    assert [each["subject"] for each in listed.context["emails"]] == ["Größe <b>", "First"]
    shown = client.get(f"{PAGE}/{names[0]}", **HERE)
    page = shown.content.decode()
    assert "<script>" not in page
    assert f'sandbox srcdoc="{html.escape("<script>alert(1)</script>")}' in page
    assert '<a href="http://shop.example/x?a=1&amp;b=2"' in page
    assert shown["Content-Security-Policy"].startswith("default-src 'none'")
    assert shown["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "extra",
    [
        {"REMOTE_ADDR": "192.0.2.1", **HERE},
        {"REMOTE_ADDR": "2001:db8::1", **HERE},
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "127.0.0.1.evil.example:8000"},
    ],
)
def test_others_find_no_such_page(client: Client, extra: dict[str, str]) -> None:
    send("First")
    assert client.get(PAGE, **extra).status_code == 404


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_finds_it_by_each_of_its_names(
    client: Client, host: str, address: str
) -> None:
    assert client.get(PAGE, HTTP_HOST=host, REMOTE_ADDR=address).status_code == 200


@pytest.mark.parametrize("name", ["1", "x" * 300, "-", "settings", "%2e%2e"])
def test_a_name_of_no_email_is_not_found(client: Client, data: Path, name: str) -> None:
    (data / "secret_key").write_text("secret")
    assert client.get(f"{PAGE}/{name}", **HERE).status_code == 404


def test_only_the_latest_are_kept_and_they_are_the_owners(data: Path) -> None:
    for number in range(MOST + 3):
        EmailBackend().send_messages([EmailMessage(f"No. {number}", "x", to=["a@example.com"])])
    kept = sorted((data / "emails").iterdir())
    assert len(kept) == MOST
    assert b"No. 3\n" in kept[0].read_bytes()
    assert (data / "emails").stat().st_mode & 0o077 == 0


def test_without_a_data_folder_it_is_printed_alone(
    settings: Any, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATA_DIR = data / "none"
    send("First")
    assert "Subject: First" in capsys.readouterr().out
    assert not (data / "none").exists()
