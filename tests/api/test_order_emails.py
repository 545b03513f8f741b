"""What buyers and staff are written to about orders, as it arrives at a mail server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient
from structlog.testing import capture_logs

from accounts.domain import Role
from congocart.email_settings import template_engines
from congocart.event_jobs import event_jobs
from core.languages import locale_of
from core.money import format_money
from events.services import record_event
from orders.emails import tell_buyer
from orders.mails import OrderMail
from orders.models import Order
from tests.shop import ADDRESS, new_order, offer_shipping, paid_order, stock_variants
from tests.smtp import MailServer, mail_server, part_of

pytestmark = pytest.mark.django_db

SUBJECTS = {
    "en": {
        OrderMail.PLACED: "Your order {}",
        OrderMail.PAID: "We have received your payment for order {}",
        OrderMail.PAYMENT_FAILED: "Your payment for order {} failed",
        OrderMail.SHIPPED: "Your order {} is on its way",
        OrderMail.DELIVERED: "Your order {} has arrived",
        OrderMail.REFUNDED: "Your refund for order {}",
        OrderMail.CANCELED: "Your order {} was canceled",
        OrderMail.WITHDRAWN: "Your withdrawal from order {}",
        OrderMail.RETURN_REQUESTED: "We have your request to return items of order {}",
        OrderMail.RETURN_APPROVED: "You can return items of order {}",
        OrderMail.RETURN_REJECTED: "Your request to return items of order {} was declined",
        OrderMail.RETURN_RECEIVED: "Your return for order {} has arrived",
    },
    "de": {
        OrderMail.PLACED: "Ihre Bestellung {}",
        OrderMail.PAID: "Wir haben Ihre Zahlung für die Bestellung {} erhalten",
        OrderMail.PAYMENT_FAILED: "Ihre Zahlung für die Bestellung {} ist fehlgeschlagen",
        OrderMail.SHIPPED: "Ihre Bestellung {} ist unterwegs",
        OrderMail.DELIVERED: "Ihre Bestellung {} ist angekommen",
        OrderMail.REFUNDED: "Ihre Rückerstattung zur Bestellung {}",
        OrderMail.CANCELED: "Ihre Bestellung {} wurde storniert",
        OrderMail.WITHDRAWN: "Ihr Widerruf der Bestellung {}",
        OrderMail.RETURN_REQUESTED: (
            "Ihre Anfrage zur Rückgabe von Artikeln der Bestellung {} ist eingegangen"
        ),
        OrderMail.RETURN_APPROVED: "Sie können Artikel der Bestellung {} zurücksenden",
        OrderMail.RETURN_REJECTED: (
            "Ihre Anfrage zur Rückgabe von Artikeln der Bestellung {} wurde abgelehnt"
        ),
        OrderMail.RETURN_RECEIVED: "Ihre Rücksendung zur Bestellung {} ist angekommen",
    },
    "fr": {
        OrderMail.PLACED: "Votre commande {}",
        OrderMail.PAID: "Nous avons reçu votre paiement pour la commande {}",
        OrderMail.PAYMENT_FAILED: "Votre paiement pour la commande {} a échoué",
        OrderMail.SHIPPED: "Votre commande {} est en route",
        OrderMail.DELIVERED: "Votre commande {} est arrivée",
        OrderMail.REFUNDED: "Votre remboursement pour la commande {}",
        OrderMail.CANCELED: "Votre commande {} a été annulée",
        OrderMail.WITHDRAWN: "Votre rétractation de la commande {}",
        OrderMail.RETURN_REQUESTED: (
            "Nous avons reçu votre demande de retour d’articles de la commande {}"
        ),
        OrderMail.RETURN_APPROVED: "Vous pouvez renvoyer des articles de la commande {}",
        OrderMail.RETURN_REJECTED: (
            "Votre demande de retour d’articles de la commande {} a été refusée"
        ),
        OrderMail.RETURN_RECEIVED: "Votre retour pour la commande {} est arrivé",
    },
}


@pytest.fixture(autouse=True)
def shop() -> None:
    stock_variants(count=2)
    offer_shipping()


@pytest.fixture
def inbox(settings: Any) -> Iterator[MailServer]:
    with mail_server(settings) as server:
        yield server


@pytest.fixture
def staff(client_of: Callable[..., APIClient]) -> APIClient:
    return client_of(Role.MANAGER)


def done(response: Any) -> dict[str, Any]:
    assert response.status_code in (200, 201), response.content
    return dict(response.json())


def everything_happens(buyer: APIClient, staff: APIClient, language: str) -> str:
    """An order in whose life there is a cause for each mail; its number."""
    number = str(new_order(buyer, ["SKU-0", "SKU-1"], 2, language=language)["number"])
    path = f"/api/v1/orders/{number}"
    done(staff.post(f"{path}/payments", {}))
    parcel = {"carrier": "Royal Mail", "tracking_number": "JD000225"}
    sent = done(staff.post(f"{path}/fulfillments", parcel))["fulfillments"][0]
    done(staff.post(f"{path}/fulfillments/{sent['id']}/deliver"))
    for sku, steps in (("SKU-0", ["approve", "receive"]), ("SKU-1", ["reject"])):
        asked = done(buyer.post(f"{path}/returns", {"items": [{"sku": sku, "quantity": 1}]}))
        for step in steps:
            done(staff.post(f"{path}/returns/{asked['id']}/{step}"))
    one = {"items": [{"sku": "SKU-1", "quantity": 1}], "confirm": True}
    done(buyer.post(f"{path}/withdrawal", one))
    done(staff.post(f"{path}/refunds", {"items": [{"sku": "SKU-0", "quantity": 1}]}))
    order = Order.objects.get(number=number)
    with transaction.atomic():
        for event in ("order.payment_failed", "order.canceled"):
            record_event(type=event, subject_id=order.id, now=timezone.now())
    return number


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_each_mail_arrives_in_the_language_of_the_buyer(
    client: APIClient,
    staff: APIClient,
    inbox: MailServer,
    run_jobs: Callable[[], int],
    language: str,
) -> None:
    number = everything_happens(client, staff, language)
    run_jobs()
    subjects = [str(message["Subject"]).strip() for message in inbox.messages]
    assert set(subjects) == {text.format(number) for text in SUBJECTS[language].values()}
    assert len(subjects) == len(OrderMail) + 1  # there were two requests to return something
    order = done(client.get(f"/api/v1/orders/{number}"))
    for message in inbox.messages:
        assert message["To"] == "ada@example.com"
        assert_tells_of(order, message)
        assert f'<html lang="{language}">' in part_of(message, "html")


def assert_tells_of(order: dict[str, Any], message: EmailMessage) -> None:
    """The mail has what GET has: lines, totals, taxes, the address, and a link."""
    locale = locale_of(order["language"])
    said = [order["number"], "Ada Lovelace", "SW1Y 4LB London"]
    totals = order["totals"]
    amounts = [totals["subtotal"], totals["shipping"], totals["total"]]
    for line in order["items"]:
        price = line["unit_price"]
        said += [f"{line['quantity']} × {line['title']}", line["sku"]]
        amounts.append({**price, "amount": price["amount"] * line["quantity"]})
    amounts += [tax["amount"] for tax in order["taxes"]]
    said += [format_money(each["amount"], each["currency"], locale) for each in amounts]
    for kind in ("plain", "html"):
        text = part_of(message, kind)
        assert [each for each in said if each not in text] == []
        assert f"/orders/{order['number']}" in text


def test_a_mail_about_a_parcel_says_how_it_is_sent(
    client: APIClient, staff: APIClient, inbox: MailServer, run_jobs: Callable[[], int]
) -> None:
    number = paid_order(client)
    run_jobs()
    inbox.messages.clear()
    parcel = {
        "carrier": "Royal Mail",
        "tracking_number": "JD000225",
        "items": [{"sku": "SKU-1", "quantity": 1}],
    }
    done(staff.post(f"/api/v1/orders/{number}/fulfillments", parcel))
    run_jobs()
    text = part_of(inbox.messages[0], "plain")
    assert "– 1 × Thing SKU – No. 1\n\nCarrier: Royal Mail\nTracking number: JD000225" in text


def test_each_refund_is_told_with_its_own_amount(
    client: APIClient, staff: APIClient, inbox: MailServer, run_jobs: Callable[[], int]
) -> None:
    path = f"/api/v1/orders/{paid_order(client)}/refunds"
    for amount in (100, 250):
        done(staff.post(path, {"amount": {"amount": amount, "currency": "GBP"}}))
    run_jobs()
    told = [part_of(each, "plain") for each in inbox.messages if "refund" in str(each["Subject"])]
    assert [re.findall("£[0-9.]+(?= back| of this)", text) for text in told] == [
        ["£1.00", "£1.00"],
        ["£2.50", "£3.50"],
    ]


def test_what_is_rolled_back_is_not_told(client: APIClient) -> None:
    number = new_order(client, ["SKU-0"])["number"]
    order = Order.objects.get(number=number)
    told = ProcrastinateJob.objects.filter(task_name="orders.emails.tell_buyer")
    before = told.count()
    with transaction.atomic():
        record_event(type="order.canceled", subject_id=order.id, now=timezone.now())
        assert told.count() == before + 1
        transaction.set_rollback(True)
    assert told.count() == before


def test_a_job_names_the_event_and_nothing_personal(client: APIClient) -> None:
    new_order(client, ["SKU-0"])
    (job,) = ProcrastinateJob.objects.filter(task_name="orders.emails.tell_buyer")
    assert list(job.args) == ["event_id"]


def test_an_order_without_an_address_is_not_told(
    client: APIClient, inbox: MailServer, run_jobs: Callable[[], int], settings: Any
) -> None:
    settings.CHECKOUT_REQUIRES = ["name", "address"]
    new_order(client, ["SKU-0"], email=None)
    run_jobs()
    assert inbox.messages == []


def test_a_person_who_was_erased_is_not_written_to(
    client: APIClient, inbox: MailServer, run_jobs: Callable[[], int]
) -> None:
    new_order(client, ["SKU-0"])
    Order.objects.update(email="order@erased.invalid")
    run_jobs()
    assert inbox.messages == []


def test_a_mail_server_that_refuses_fails_the_job_and_no_order(
    client: APIClient, settings: Any
) -> None:
    with mail_server(settings) as server:
        settings.EMAIL_PORT = server.port
    number = new_order(client, ["SKU-0"])["number"]
    (job,) = ProcrastinateJob.objects.filter(task_name="orders.emails.tell_buyer")
    with pytest.raises(OSError, match="refused"):
        tell_buyer(**job.args)
    assert done(client.get(f"/api/v1/orders/{number}"))["status"] == "open"


def test_html_of_strangers_is_shown_as_text(
    client: APIClient, inbox: MailServer, run_jobs: Callable[[], int]
) -> None:
    address = {**ADDRESS, "line1": "<script>alert(1)</script>", "first_name": "<b>Ada</b>"}
    number = new_order(client, ["SKU-0"], shipping_address=address)["number"]
    order = Order.objects.get(number=number)
    order.lines.update(title="<img src=x onerror=alert(1)> http://evil.example")
    items = [{"sku": "SKU-0", "quantity": 1}]
    with transaction.atomic():
        record_event(
            type="fulfillment.created",
            subject_id=order.id,
            data={"items": items, "carrier": "<i>DHL</i>"},
            now=timezone.now(),
        )
    run_jobs()
    assert len(inbox.messages) == 2
    for message in inbox.messages:
        html = part_of(message, "html")
        assert not re.search(r"<(script|img|b|i)\b", html)
        assert "&lt;script&gt;" in html
        assert "Hello,\n" in part_of(message, "plain")  # that is no name


def test_no_header_can_be_added_to_a_mail(
    client: APIClient, inbox: MailServer, run_jobs: Callable[[], int], settings: Any, tmp_path: Path
) -> None:
    words = tmp_path / "orders" / "emails" / "placed.txt"
    words.parent.mkdir(parents=True)
    words.write_text("{{ order.items.0.title }}\n\nwords")
    use_templates(settings, tmp_path)
    new_order(client, ["SKU-0"])
    Order.objects.get().lines.update(title="A\rBcc: evil@example.com\u2028X: y")
    run_jobs()
    (message,) = inbox.messages
    assert message["Subject"] == "A Bcc: evil@example.com X: y"
    assert message["Bcc"] is None


def use_templates(settings: Any, folder: Path) -> None:
    settings.EMAILS = replace(settings.EMAILS, templates=folder)
    settings.TEMPLATES = template_engines(folder)


def test_a_template_of_the_shop_wins_and_a_broken_one_loses_no_mail(
    client: APIClient, inbox: MailServer, run_jobs: Callable[[], int], settings: Any, tmp_path: Path
) -> None:
    words = tmp_path / "orders" / "emails" / "placed.txt"
    words.parent.mkdir(parents=True)
    use_templates(settings, tmp_path)
    texts = []
    for text in ("Hooray, {{ order.number }}!\n\nOurs now.", "{% if %}", "{{ 1|nothing }}"):
        words.write_text(text)
        new_order(client, ["SKU-0"])
        with capture_logs() as logs:
            run_jobs()
        failed = [each["template"] for each in logs if each["event"] == "email_template_failed"]
        texts.append((str(inbox.messages[-1]["Subject"])[:6], failed))
    broken = ("Your o", ["orders/emails/placed"])
    assert texts == [("Hooray", []), broken, broken]


def test_staff_hear_of_a_new_order_where_the_shop_names_them(
    client: APIClient, inbox: MailServer, run_jobs: Callable[[], int], settings: Any
) -> None:
    settings.EMAILS = replace(settings.EMAILS, staff=["a@shop.example", "B <b@shop.example>"])
    settings.EVENT_JOBS = event_jobs(to_staff=True)
    order = new_order(client, ["SKU-0"], language="fr")
    run_jobs()
    (message,) = [each for each in inbox.messages if "shop.example" in each["To"]]
    assert message["To"] == "a@shop.example, B <b@shop.example>"
    assert message["Subject"] == f"New order {order['number']}: £13.95"
    assert "A new order has come in from ada@example.com. £13.95 of it is still due." in part_of(
        message, "plain"
    )


def test_each_job_that_follows_an_event_is_there() -> None:
    named = {name for names in event_jobs(to_staff=True).values() for name in names}
    assert named - app.tasks.keys() == set()
