"""The provider that the fault tests trust keeps its ledger and sends its events as told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import stripe

from tests.faults.provider.launch import RunningSimulator, running_simulator
from tests.faults.provider.misbehavior import Faults

SECRET = "whsec_x"


class Shop(ThreadingHTTPServer):
    """Takes webhooks; refuses as many as it was told to."""

    def __init__(self, refusals: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.refusals, self.taken, self.refused = refusals, [], 0
        self.url = f"http://127.0.0.1:{self.server_port}/"


class Receiver(BaseHTTPRequestHandler):
    server: Shop

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        refused = self.server.refused < self.server.refusals
        if refused:
            self.server.refused += 1
        else:
            header = self.headers["Stripe-Signature"]
            event = stripe.Webhook.construct_event(body, header, SECRET)
            self.server.taken.append(event["id"])
        self.send_response(500 if refused else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quietly."""


@contextmanager
def listening(refusals: int = 0) -> Iterator[Shop]:
    shop = Shop(refusals)
    threading.Thread(target=shop.serve_forever, daemon=True).start()
    try:
        yield shop
    finally:
        shop.shutdown()
        shop.server_close()


def client(provider: RunningSimulator) -> stripe.StripeClient:
    return stripe.StripeClient(
        "sk_test_x", base_addresses={"api": provider.base}, max_network_retries=0
    )


def charge(provider: RunningSimulator, key: str, amount: int = 1000) -> stripe.PaymentIntent:
    return client(provider).v1.payment_intents.create(
        {
            "amount": amount,
            "currency": "gbp",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "capture_method": "automatic",
            "metadata": {"payment_id": key},
        },
        {"idempotency_key": key},
    )


def test_what_was_answered_survives_a_kill(tmp_path):
    ledger = tmp_path / "ledger.sqlite3"
    with running_simulator(ledger) as provider:
        intent = charge(provider, "key-1")
    with running_simulator(ledger) as provider:
        assert charge(provider, "key-1").id == intent.id
        assert [thing["id"] for thing in provider.ledger()["payment_intent"]] == [intent.id]


def test_a_used_key_with_another_request_is_refused(tmp_path):
    with running_simulator(tmp_path / "ledger.sqlite3") as provider:
        charge(provider, "key-1")
        with pytest.raises(stripe.IdempotencyError):
            charge(provider, "key-1", amount=1001)


def test_an_event_is_sent_until_it_is_taken(tmp_path):
    with (
        listening(refusals=2) as shop,
        running_simulator(tmp_path / "ledger.sqlite3", url=shop.url, secret=SECRET) as provider,
    ):
        charge(provider, "key-1")
        assert provider.wait_for_deliveries() == {"done": 1}
        assert (len(shop.taken), shop.refused) == (1, 2)


@pytest.mark.parametrize(
    ("faults", "times"),
    [({"webhook_never": 1}, 0), ({"webhook_twice": 1}, 2), ({}, 1)],
)
def test_events_come_never_once_or_twice(tmp_path, faults, times):
    with (
        listening() as shop,
        running_simulator(tmp_path / "ledger.sqlite3", url=shop.url, secret=SECRET) as provider,
    ):
        provider.misbehave(**faults)
        charge(provider, "key-1")
        provider.wait_for_deliveries()
        time.sleep(0.2)
        assert len(shop.taken) == times


def test_late_events_arrive_out_of_order(tmp_path):
    with listening() as shop, running_simulator(tmp_path / "ledger.sqlite3") as provider:
        provider.send_webhooks_to(shop.url, secret=SECRET)
        provider.misbehave(seed=3, webhook_late=1, webhook_delay=1)
        for number in range(8):
            charge(provider, f"key-{number}")
        provider.wait_for_deliveries()
        sent = [event["id"] for event in reversed(provider.ledger()["event"])]
        assert sorted(shop.taken) == sorted(sent)
        assert shop.taken != sent


def test_the_same_seed_strikes_the_same_things():
    def struck(seed: int) -> list[bool]:
        faults = Faults(seed=seed, silent=0.5)
        return [faults.strikes("silent", of=f"key-{number}") for number in range(64)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 16 < sum(struck(1)) < 48


def test_an_unknown_fault_is_refused():
    with pytest.raises(ValueError, match="sillent"):
        Faults.from_json('{"sillent": 1}')
