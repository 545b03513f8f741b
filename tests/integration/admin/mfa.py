"""Browsers of staff who use two-factor authentication: what they type, and what they read."""

from __future__ import annotations

import re
from base64 import b32decode
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.domain import Role
from accounts.models import User
from accounts.services.totp import STEP_SECONDS, code_of
from tests.integration.admin.rows import person

EMAIL = "ada@example.com"
PASSWORD = "a teapot of brass 1896"
PAGE = "/admin/second-factor/"
_SECRET = re.compile(r'<code id="secret"[^>]*>([A-Z2-7]{32})</code>')
_RECOVERY_CODE = re.compile(r"<li><code>([0-9a-f]{8}-[0-9a-f]{8})</code></li>")


def staff(email: str = EMAIL) -> User:
    """A manager with a password."""
    return person(email, Role.MANAGER, password=PASSWORD)


def logged_in(email: str = EMAIL, **more: Any) -> Client:
    """A browser that was logged in by the form."""
    browser = Client()
    form = {"username": email, "password": PASSWORD, **more}
    response = browser.post("/admin/login/?next=/admin/", form)
    assert response.status_code == 302, response.content.decode()
    return browser


def code(secret: str, later: int = 0) -> str:
    """What an authenticator app with this key shows, so many periods from now."""
    step = int(timezone.now().timestamp()) // STEP_SECONDS
    return code_of(b32decode(secret), step + later)


def ask(browser: Client, action: str, **values: str) -> HttpResponse:
    """Sends one of the forms of the page."""
    named = {f"{action}-{name}": value for name, value in values.items()}
    return browser.post(PAGE, {"action": action, **named})


def secret_in(response: HttpResponse) -> str:
    """The key that a page shows, empty when it shows none."""
    found = _SECRET.search(response.content.decode())
    return found[1] if found else ""


def recovery_codes_in(response: HttpResponse) -> list[str]:
    """Those that a page shows."""
    return _RECOVERY_CODE.findall(response.content.decode())


def start(browser: Client) -> str:
    """The key that this browser is shown when it starts."""
    assert ask(browser, "start", password=PASSWORD).status_code == 302
    return secret_in(browser.get(PAGE))


def turn_on(browser: Client) -> tuple[str, list[str]]:
    """The key, and the recovery codes."""
    secret = start(browser)
    response = ask(browser, "confirm", code=code(secret))
    assert response.status_code == 200, response.content.decode()
    return secret, recovery_codes_in(response)
