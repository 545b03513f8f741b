from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.integration.admin.mfa import EMAIL, PASSWORD, code, staff

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


def log_in(page: Page, url: str) -> None:
    """By the form, with the password alone."""
    page.goto(f"{url}/admin/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def start(page: Page) -> None:
    """From the page that says that the factor is off."""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Set up an authenticator app").click()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_staff_who_need_mfa_set_one_up_when_they_log_in(
    page: Page, live_server, transactional_db, settings, complaints, screenshots, theme
):
    settings.STAFF_MFA_REQUIRED = True
    staff()
    page.emulate_media(color_scheme=theme)
    log_in(page, live_server.url)
    page.wait_for_url("**/admin/second-factor/")
    page.screenshot(path=screenshots / f"mfa_off_{theme}.png", full_page=True)
    start(page)
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    secret = page.locator("#secret").inner_text()

    page.get_by_label("Code from your authenticator app").fill("000000")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("alert")).to_have_text("The code is wrong, or was used before.")
    page.screenshot(path=screenshots / f"mfa_refused_{theme}.png", full_page=True)
    assert page.locator("#secret").inner_text() == secret

    page.get_by_label("Code from your authenticator app").fill(code(secret))
    page.get_by_role("button", name="Turn on").click()
    recovery = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(recovery).to_have_count(10)
    page.screenshot(path=screenshots / f"recovery_codes_{theme}.png", full_page=True)
    page.get_by_role("link", name="I saved my recovery codes").click()
    expect(page.get_by_role("region", name="Sales")).to_be_visible()
    assert complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_found_in_the_menu_renewed_and_turned_off(
    page: Page, live_server, transactional_db, complaints, screenshots, theme
):
    staff()
    page.emulate_media(color_scheme=theme)
    log_in(page, live_server.url)
    page.get_by_text("unfold_more").click()
    link = page.get_by_role("link", name="Two-factor authentication")
    link.hover()
    page.screenshot(path=screenshots / f"account_menu_{theme}.png")
    link.click()
    start(page)
    secret = page.locator("#secret").inner_text()
    page.screenshot(path=screenshots / f"mfa_started_{theme}.png", full_page=True)
    page.get_by_label("Code from your authenticator app").fill(code(secret))
    page.get_by_role("button", name="Turn on").click()
    spare = page.get_by_role("list", name="Recovery codes").get_by_role("listitem").first
    spare_code = spare.inner_text()

    page.goto(f"{live_server.url}/admin/second-factor/")
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    renew = page.get_by_role("region", name="Two-factor authentication is on")
    renew.get_by_label("Code from your authenticator app").fill(spare_code)
    page.screenshot(path=screenshots / f"mfa_on_{theme}.png", full_page=True)
    renew.get_by_role("button", name="Create new recovery codes").click()
    spare = page.get_by_role("list", name="Recovery codes").get_by_role("listitem").first
    spare_code = spare.inner_text()

    page.goto(f"{live_server.url}/admin/second-factor/")
    stop = page.get_by_role("region", name="Turn off two-factor authentication")
    stop.get_by_label("Password").fill(PASSWORD)
    stop.get_by_label("Code from your authenticator app").fill(spare_code)
    stop.get_by_role("button", name="Turn off").click()
    expect(page.get_by_text("Two-factor authentication is off.")).to_be_visible()
    assert complaints == []


def test_the_page_fits_a_phone(page: Page, live_server, transactional_db, complaints, screenshots):
    staff()
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/admin/second-factor/")
    start(page)
    page.screenshot(path=screenshots / "mfa_phone.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert complaints == []
