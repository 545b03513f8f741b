from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


# ReDoc would show its maker's logo; our Content-Security-Policy keeps the browser from asking.
REFUSED = "https://cdn.redoc.ly/redoc/logo-mini.svg"


@pytest.mark.parametrize("path", ["/api/docs", "/api/redoc"])
def test_the_reference_renders_from_our_own_files_alone(
    page: Page, live_server, transactional_db, complaints, screenshots, path
):
    blocked: list[str] = []
    page.on("requestfailed", lambda request: blocked.append(request.url))
    page.goto(live_server.url + path)
    expect(page.get_by_text("/api/v1/carts").first).to_be_attached(timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screenshots / f"{path.rsplit('/', 1)[1]}.png")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.locator("body > nav").evaluate("nav => nav.scrollWidth") <= 390
    assert [complaint for complaint in complaints if REFUSED not in complaint] == []
    assert blocked == ([REFUSED] if path == "/api/redoc" else [])
