from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from core.ids import uuid7
from payments.domain import (
    OutcomeKind,
    UnknownProvider,
    WebhookMalformed,
    WebhookSignatureInvalid,
    WebhookStale,
)
from payments.models import WebhookEvent
from payments.providers.signatures import sign
from payments.services import authorize, receive_webhook, record_outcome, record_provider_event
from tests.integration.payments.states import state_of

pytestmark = pytest.mark.django_db

SECRET = "whsec_test"


def event(payment, kind="payment.captured", **members):
    body = {"id": "evt_1", "type": kind, "payment_id": str(payment.id), **members}
    return orjson.dumps(body)


def received(body, now, *, header=None, provider="test"):
    headers = {
        "Test-Signature": sign(body=body, secret=SECRET, at=now) if header is None else header
    }
    return receive_webhook(provider=provider, headers=headers, body=body, now=now)


def test_a_signed_event_finishes_a_payment_that_needed_an_action(intend, now):
    payment = intend(token="tok_requires_action")
    record_outcome(payment_id=payment.id, outcome=authorize(payment=payment), now=now)
    provider_event = received(event(payment, amount=1999, currency="GBP"), now)
    assert provider_event.payment_id == payment.id
    assert record_provider_event(provider_event=provider_event, now=now)
    done = record_outcome(payment_id=payment.id, outcome=provider_event.outcome, now=now).payment
    assert (done.status, done.action) == ("paid", None)


def test_an_event_is_applied_once(intend, now):
    provider_event = received(event(intend()), now)
    assert record_provider_event(provider_event=provider_event, now=now)
    assert not record_provider_event(provider_event=provider_event, now=now)
    assert WebhookEvent.objects.count() == 1


def test_a_forged_event_is_refused(intend, now):
    body = event(intend())
    forged = sign(body=body, secret="whsec_other", at=now)
    with pytest.raises(WebhookSignatureInvalid):
        received(body, now, header=forged)


def test_a_truncated_event_is_refused(intend, now):
    body = event(intend())
    with pytest.raises(WebhookSignatureInvalid):
        received(body[:-1], now, header=sign(body=body, secret=SECRET, at=now))


@pytest.mark.parametrize("offset", [timedelta(seconds=301), timedelta(seconds=-301)])
def test_an_event_signed_too_long_ago_or_in_the_future_is_refused(intend, now, offset):
    body = event(intend())
    with pytest.raises(WebhookStale):
        received(body, now, header=sign(body=body, secret=SECRET, at=now - offset))


@pytest.mark.parametrize(
    "header", ["", "t=,v1=", "t=1", "v1=aa", "t=1,t=2,v1=aa", "t=x,v1=é", "t=" + "9" * 400, "é"]
)
def test_a_header_that_is_no_signature_is_refused(intend, now, header):
    with pytest.raises(WebhookSignatureInvalid):
        received(event(intend()), now, header=header)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"id": "evt", "type": "payment.captured"}',
        b'{"id": "evt", "type": "payment.captured", "payment_id": "x"}',
        b'{"id": "evt", "type": "other", "payment_id": "01890000-0000-7000-8000-000000000000"}',
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(now, body):
    with pytest.raises(WebhookMalformed):
        received(body, now)


def test_without_a_secret_nothing_is_trusted(intend, now, settings):
    settings.TEST_WEBHOOK_SECRET = ""
    body = event(intend())
    with pytest.raises(WebhookSignatureInvalid):
        received(body, now, header=sign(body=body, secret="", at=now))


@pytest.mark.parametrize("provider", ["manual", "barter"])
def test_providers_that_send_no_events_are_not_listened_to(intend, now, provider):
    expected = WebhookSignatureInvalid if provider == "manual" else UnknownProvider
    with pytest.raises(expected):
        received(event(intend()), now, provider=provider)


def test_a_decline_that_arrives_after_the_money_changes_nothing(intend, now):
    payment = intend()
    paid = record_outcome(
        payment_id=payment.id, outcome=authorize(payment=payment), now=now
    ).payment
    provider_event = received(event(payment, kind="payment.declined"), now)
    assert provider_event.outcome.kind is OutcomeKind.DECLINED
    after = record_outcome(payment_id=payment.id, outcome=provider_event.outcome, now=now).payment
    assert state_of(after) == state_of(paid)


def test_a_provider_cannot_speak_of_the_payments_of_another(intend, now):
    assert received(event(intend(provider="manual")), now).payment_id is None


def test_an_event_of_a_payment_that_is_not_here_names_none(intend, now):
    body = orjson.dumps({"id": "evt_1", "type": "payment.captured", "payment_id": str(uuid7())})
    provider_event = received(body, now)
    assert provider_event.payment_id is None
    assert record_provider_event(provider_event=provider_event, now=now)
