from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)
from rest_framework.test import APIClient

from accounts.domain import Role
from accounts.models import User
from orders.models import Order
from tests.browser.accessibility import SIZES, faults
from tests.integration.admin.rows import person
from tests.shop import new_order, offer_shipping, paid_order, stock_variants

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "a teapot of brass 1896"


@pytest.fixture(scope="session")
def browser(tmp_path_factory) -> Iterator[BrowserContext]:
    """A Chromium that knows nothing of anybody."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as environment:
        # Playwright runs an event loop in this thread, which Django takes for asynchronous code.
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"),
            executable_path=chromium,
            args=FLAGS,
            viewport={"width": 1440, "height": 900},
        )
        yield context
        context.close()


@pytest.fixture
def complaints(live_server) -> list[str]:
    """What the browser found fault with; a test of it asserts that it is empty."""
    return []


@pytest.fixture
def page(browser: BrowserContext, live_server, complaints: list[str]) -> Iterator[Page]:
    """A page that notes every error, and every request that leaves the shop."""
    home = urlsplit(live_server.url).netloc
    page = browser.new_page()

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{page.url}: console: {message.text}")

    def on_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != home:
            complaints.append(f"{page.url}: asked a stranger: {request.url}")

    def on_response(response: Response) -> None:
        if response.status >= 400:
            complaints.append(f"{page.url}: {response.status} {response.url}")

    page.on("console", on_console)
    page.on("request", on_request)
    page.on("response", on_response)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    yield page
    page.close()
    browser.clear_cookies()


@pytest.fixture
def log_in(browser: BrowserContext, live_server, transactional_db) -> Callable[[Role], User]:
    """Logs the browser in as someone with that role alone."""

    def as_role(role: Role) -> User:
        user = person(f"{role}@example.com", role, password=PASSWORD)
        client = Client()
        client.force_login(user)
        browser.clear_cookies()
        cookie = client.cookies["sessionid"].value
        browser.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return user

    return as_role


@pytest.fixture
def boss(log_in: Callable[[Role], User]) -> User:
    """Someone with the role admin, logged in with the browser."""
    return log_in(Role.ADMIN)


@pytest.fixture
def order(transactional_db: None) -> Order:
    """Two units each of two variants, paid by a provider; and another order."""
    offer_shipping()
    stock_variants(2)
    guest, other = APIClient(), APIClient()
    guest.default_format = other.default_format = "json"
    new_order(other, ["SKU-0"])
    return Order.objects.get(number=paid_order(guest))


@pytest.fixture(scope="session")
def looked_at() -> set[str]:
    """The pictures that were taken: what many tests come past is looked at once."""
    return set()


@pytest.fixture(params=SIZES)
def look(request, page: Page, screenshots: Path, looked_at: set[str]) -> Callable[[str], None]:
    """Looks at the open page: nothing keeps people from using it; and takes a picture."""
    width, height = SIZES[request.param]
    page.set_viewport_size({"width": width, "height": height})

    def at(name: str) -> None:
        picture = f"{request.param}_{name}.png"
        if picture not in looked_at:
            looked_at.add(picture)
            page.screenshot(path=screenshots / picture, full_page=True)
            assert faults(page, request.param) == []

    return at


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory) -> Path:
    """Where pictures of the pages are left, for people to look at."""
    return tmp_path_factory.mktemp("screenshots")
