"""Staff look at what buyers are written, and have it sent again, on the page of an order."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.domain import Role
from orders.mails import OrderMail
from orders.models import Order
from tests.shop import offer_shipping, paid_order, stock_variants

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(client: APIClient, run_jobs: Callable[[], int]) -> Order:
    stock_variants(count=2)
    offer_shipping()
    number = paid_order(client)
    run_jobs()
    mail.outbox.clear()
    return Order.objects.defer("search_vector").get(number=number)


def previewed(browser: Client, order: Order, **query: str) -> Any:
    return browser.get(reverse("admin:orders_order_emails", args=[order.pk]), query)


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("kind", list(OrderMail))
def test_each_email_is_shown_in_each_language_and_nothing_is_sent(
    browser_of: Callable[..., Client], order: Order, kind: OrderMail, language: str
) -> None:
    response = previewed(browser_of(Role.MANAGER), order, mail=kind, language=language)
    assert response.status_code == 200
    message = response.context["message"]
    assert order.number in message.subject
    assert "43,97 £" in message.text.replace("\xa0", " ") or "£43.97" in message.text
    assert f'<html lang="{language}">' in message.html
    assert mail.outbox == []


def test_the_html_is_shown_in_a_frame_in_which_nothing_runs(
    browser_of: Callable[..., Client], order: Order
) -> None:
    order.lines.update(title="<script>alert(1)</script>")
    page = previewed(browser_of(Role.MANAGER), order).content.decode()
    frame = re.search(r"<iframe[^>]*>", page)
    assert frame is not None
    assert ' sandbox srcdoc="' in frame[0]
    shown = html.unescape(re.search(r'srcdoc="([^"]*)"', frame[0])[1])  # type: ignore[index]
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize("query", [{"mail": "x"}, {"language": "nl"}, {"mail": "\x7f"}])
def test_what_is_no_email_or_no_language_shows_none(
    browser_of: Callable[..., Client], order: Order, query: dict[str, str]
) -> None:
    response = previewed(browser_of(Role.MANAGER), order, **query)
    assert response.status_code == 200
    assert response.context["message"] is None


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.FULFILLMENT])
def test_only_managers_see_it(browser_of: Callable[..., Client], order: Order, role: Role) -> None:
    assert previewed(browser_of(role), order).status_code == 403


def test_an_email_is_sent_again_by_a_button(
    browser_of: Callable[..., Client], order: Order, run_jobs: Callable[[], int]
) -> None:
    browser = browser_of(Role.SUPPORT)
    url = reverse("admin:orders_order_act", args=[order.pk, "resend"])
    form = browser.get(url).context["form"]
    assert form.fields["mail"].choices == [(OrderMail.PLACED, "Placed")]
    response = browser.post(url, {"seen": form["seen"].value(), "mail": "placed"}, follow=True)
    assert "The e-mail is on its way." in response.content.decode()
    run_jobs()
    assert [message.to for message in mail.outbox] == [["ada@example.com"]]


def test_past_the_limit_the_page_says_so(
    browser_of: Callable[..., Client], order: Order, settings: Any
) -> None:
    settings.RATE_LIMITS = True
    settings.RATES = {**settings.RATES, "mail": "1/3600"}
    browser = browser_of(Role.SUPPORT)
    url = reverse("admin:orders_order_act", args=[order.pk, "resend"])
    for expected in ("The e-mail is on its way.", "Too many requests"):
        seen = browser.get(url).context["form"]["seen"].value()
        response = browser.post(url, {"seen": seen, "mail": "placed"}, follow=True)
        assert expected in response.content.decode()
