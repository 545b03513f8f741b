"""The real SDK over HTTP, against a process that speaks Stripe's API and keeps its own ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import stripe
from django.utils import timezone

from payments.domain import (
    AmountNotPayable,
    Capture,
    InvalidPaymentToken,
    OutcomeKind,
    PaymentStatus,
    WebhookMalformed,
    WebhookSignatureInvalid,
    WebhookStale,
    amount_refundable,
    refusal_of,
)
from payments.models import Operation, Payment
from payments.providers import provider_named
from payments.selectors import payment_with, pending_operations
from payments.services import (
    authorize,
    execute_operation,
    look_up,
    receive_webhook,
    record_capture,
    record_operation,
    record_outcome,
    record_provider_event,
    record_refund,
    record_void,
)
from tests.faults.provider.launch import RunningSimulator, running_simulator
from tests.faults.provider.webhooks import signature
from tests.integration.payments.states import changed, state_of

pytestmark = pytest.mark.django_db

SECRET = "whsec_of_stripe"
VISA = "pm_card_visa"
SECURE = "pm_card_threeDSecure2Required"


@pytest.fixture(scope="module")
def process(tmp_path_factory) -> Iterator[RunningSimulator]:
    with running_simulator(tmp_path_factory.mktemp("provider") / "ledger.sqlite3") as running:
        yield running


@pytest.fixture
def provider(process, settings) -> RunningSimulator:
    """The simulator, well-behaved, with the shop pointed at it."""
    process.misbehave()
    settings.PAYMENT_PROVIDERS = ["stripe"]
    settings.STRIPE_SECRET_KEY = "sk_test_shop"
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_API_BASE = process.base
    return process


@pytest.fixture
def failing(provider, settings):
    """Makes the provider fail in one way, and the shop lose patience, for a while."""

    @contextmanager
    def fail(fault: str) -> Iterator[None]:
        provider.misbehave(**{fault: 1, "hang": 0.6})
        patience, settings.STRIPE_TIMEOUT_SECONDS = settings.STRIPE_TIMEOUT_SECONDS, 0.3
        yield
        provider.misbehave()
        settings.STRIPE_TIMEOUT_SECONDS = patience

    return fail


@pytest.fixture
def started(provider, intend):
    """Makes intents to pay with a card, now."""

    def start(token: str = VISA, **fields) -> Payment:
        return intend(provider="stripe", token=token, now=timezone.now(), **fields)

    return start


@pytest.fixture
def paid(started):
    """Makes payments and tries to authorize them."""

    def pay(token: str = VISA, **fields) -> Payment:
        return recorded(started(token, **fields))

    return pay


def recorded(payment: Payment) -> Payment:
    outcome = authorize(payment=payment)
    return record_outcome(payment_id=payment.id, outcome=outcome, now=timezone.now()).payment


def looked_up(payment: Payment, now: datetime | None = None) -> Payment:
    now = now or timezone.now()
    outcome = look_up(payment=payment, now=now)
    return record_outcome(payment_id=payment.id, outcome=outcome, now=now).payment


def finished(operation):
    now = timezone.now()
    outcome = execute_operation(
        operation=operation, payment=payment_with(operation.payment_id), now=now
    )
    return record_operation(operation_id=operation.id, outcome=outcome, now=now)


def of(payment: Payment, kind: str, provider: RunningSimulator) -> list[dict]:
    """The provider's objects that belong to a payment."""
    found = []
    for thing in provider.ledger()[kind]:
        about = thing["data"]["object"] if kind == "event" else thing
        if str(payment.id) == about["metadata"].get("payment_id"):
            found.append(thing)
    return found


def received(event: dict, *, secret: str = SECRET, at: datetime | None = None, cut: int = 0):
    now = timezone.now()
    body = json.dumps(event).encode()
    header = signature(body, secret, int((at or now).timestamp()))
    return receive_webhook(
        provider="stripe",
        headers={"Stripe-Signature": header},
        body=body[: len(body) - cut],
        now=now,
    )


# ---- paying -----------------------------------------------------------------------------------


def test_a_good_card_is_charged_at_once(paid, provider):
    payment = paid()
    assert (payment.status, payment.captured) == (PaymentStatus.PAID, 1999)
    (intent,) = of(payment, "payment_intent", provider)
    assert (intent["id"], intent["amount_received"]) == (payment.reference, 1999)


def test_with_manual_capture_a_good_card_is_only_authorized(paid, provider):
    payment = paid(capture=Capture.MANUAL)
    assert (payment.status, payment.captured) == (PaymentStatus.AUTHORIZED, 0)
    operation, payment = finished(record_capture(payment_id=payment.id, now=timezone.now()))
    assert (operation.status, payment.status) == ("succeeded", PaymentStatus.PAID)
    assert of(payment, "payment_intent", provider)[0]["status"] == "succeeded"


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_nobody_has", "resource_missing"),
    ],
)
def test_a_bad_card_is_declined_with_its_reason(started, card, reason):
    payment = started(card)
    outcome = authorize(payment=payment)
    assert refusal_of(outcome.decline_code).extra == {"decline_code": reason}
    failed = record_outcome(payment_id=payment.id, outcome=outcome, now=timezone.now()).payment
    assert (failed.status, failed.captured) == (PaymentStatus.FAILED, 0)


@pytest.mark.parametrize("token", ["", "tok_success", "4242424242424242", "pm_", "pm_x/../refunds"])
def test_only_a_payment_method_is_a_token(started, token):
    with pytest.raises(InvalidPaymentToken):
        started(token)


def test_3d_secure_asks_the_buyer_and_then_pays(paid, provider):
    payment = paid(SECURE)
    assert (payment.status, payment.step) == (PaymentStatus.PENDING, OutcomeKind.REQUIRES_ACTION)
    assert payment.action["type"] == "use_stripe_sdk"
    assert payment.action["client_secret"].startswith(f"{payment.reference}_secret_")
    provider.authenticate(payment.reference)
    assert looked_up(payment).status == PaymentStatus.PAID


def test_3d_secure_that_the_buyer_fails_is_declined(paid, provider):
    payment = paid(SECURE)
    provider.authenticate(payment.reference, succeeds=False)
    failed = looked_up(payment)
    assert failed.status == PaymentStatus.FAILED
    assert failed.decline_code == "payment_intent_authentication_failure"


def test_what_the_buyer_has_not_confirmed_can_be_let_go(paid, provider):
    payment = paid(SECURE)
    operation, voided = finished(record_void(payment_id=payment.id, now=timezone.now()))
    assert (operation.status, voided.status) == ("succeeded", PaymentStatus.VOIDED)
    assert of(payment, "payment_intent", provider)[0]["status"] == "canceled"


@pytest.mark.parametrize(("currency", "ours", "theirs"), [("JPY", 500, 500), ("ISK", 500, 50000)])
def test_amounts_are_sent_in_the_units_that_stripe_counts_in(
    paid, provider, currency, ours, theirs
):
    payment = paid(amount=ours, currency=currency)
    assert payment.captured == ours
    assert of(payment, "payment_intent", provider)[0]["amount"] == theirs


@pytest.mark.parametrize(("currency", "step"), [("KWD", 10), ("MGA", 100)])
def test_an_amount_that_stripe_cannot_move_is_refused_before_anything_is_recorded(
    started, currency, step
):
    with pytest.raises(AmountNotPayable) as refusal:
        started(amount=1000 + step // 2, currency=currency)
    assert refusal.value.extra == {"multiple_of": step}
    assert not Payment.objects.exists()


def test_a_part_that_stripe_cannot_move_is_refused_before_anything_is_recorded(paid, provider):
    payment = paid(amount=1990, currency="KWD")
    with pytest.raises(AmountNotPayable):
        record_refund(payment_id=payment.id, amount=985, now=timezone.now())
    assert pending_operations(payment_id=payment.id) == []
    operation, payment = finished(record_refund(payment_id=payment.id, now=timezone.now()))
    assert (operation.amount, payment.status) == (1990, PaymentStatus.REFUNDED)


# ---- not knowing ------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["silent", "broken"])
def test_a_charge_without_an_answer_is_unknown_until_it_is_looked_up(
    started, provider, failing, fault
):
    with failing(fault):
        payment = recorded(started())
    assert (payment.status, payment.step) == (PaymentStatus.PENDING, OutcomeKind.UNKNOWN)
    assert payment.reference is None
    assert looked_up(payment).status == PaymentStatus.PAID
    assert len(of(payment, "payment_intent", provider)) == 1


def test_asking_again_under_the_same_key_charges_once(started, provider):
    payment = started()
    first, second = authorize(payment=payment), authorize(payment=payment)
    assert first == second
    assert len(of(payment, "payment_intent", provider)) == 1


def test_another_request_under_a_used_key_is_unknown_rather_than_refused(started, provider):
    payment = started()
    authorize(payment=payment)
    outcome = authorize(payment=changed(payment, amount=5))
    assert outcome.kind is OutcomeKind.UNKNOWN


def test_a_call_that_never_arrived_fails_once_it_cannot_arrive_any_more(started, failing):
    with failing("lost"):
        payment = recorded(started())
    assert looked_up(payment).step == OutcomeKind.UNKNOWN
    failed = looked_up(payment, now=payment.created_at + timedelta(seconds=30))
    assert (failed.status, failed.decline_code) == (PaymentStatus.FAILED, "not_processed")
    late = recorded(payment)
    assert late.status == PaymentStatus.PAID


def test_nobody_listening_is_unknown(started, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    payment = recorded(started())
    assert payment.step == OutcomeKind.UNKNOWN
    assert looked_up(payment).step == OutcomeKind.UNKNOWN


def test_a_rate_limit_after_a_lost_answer_is_no_refusal(started, settings):
    with answering_once_with_silence_and_then_with_a_rate_limit() as base:
        settings.STRIPE_API_BASE = base
        outcome = authorize(payment=started())
    assert outcome.kind is OutcomeKind.UNKNOWN


@contextmanager
def answering_once_with_silence_and_then_with_a_rate_limit() -> Iterator[str]:
    """The base address of a provider that did what it was asked first, and did not say so."""
    silent = iter([True])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if next(silent, False):
                self.connection.close()
                return
            body = b'{"error": {"type": "invalid_request_error", "code": "rate_limit"}}'
            self.send_response(429)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def test_a_wrong_api_key_is_our_fault_and_not_the_cards(started, settings):
    settings.STRIPE_SECRET_KEY = "wrong"
    outcome = authorize(payment=started())
    assert outcome.kind is OutcomeKind.DECLINED
    assert refusal_of(outcome.decline_code).code == "payment_provider_unavailable"


# ---- captures, voids, refunds -----------------------------------------------------------------


def test_a_capture_that_was_made_before_is_found_made(paid, failing):
    payment = paid(capture=Capture.MANUAL)
    operation = record_capture(payment_id=payment.id, now=timezone.now())
    with failing("silent"):
        same, _ = finished(operation)
    assert same.status == "pending"
    done, payment = finished(same)
    assert (done.status, payment.captured) == ("succeeded", 1999)


def test_a_void_that_comes_too_late_gives_the_money_back(paid, provider):
    payment = paid(capture=Capture.MANUAL)
    void = record_void(payment_id=payment.id, reason="expired", now=timezone.now())
    capture = changed(void, id=payment.checkout_id, amount=1999)
    provider_named("stripe").capture(payment, capture)
    failed, paid_now = finished(void)
    assert (failed.status, paid_now.status) == ("failed", PaymentStatus.PAID)
    (refund,) = pending_operations(payment_id=payment.id)
    assert finished(refund)[1].status == PaymentStatus.REFUNDED


@pytest.mark.parametrize("fault", ["silent", "broken", "lost"])
def test_a_refund_without_an_answer_is_made_once_when_it_is_repeated(
    paid, provider, failing, fault
):
    payment = paid()
    operation = record_refund(payment_id=payment.id, amount=700, now=timezone.now())
    with failing(fault):
        same, _ = finished(operation)
    assert same.status == "pending"
    done, payment = finished(same)
    assert (done.status, payment.refunded, payment.refunding) == ("succeeded", 700, 0)
    assert [refund["amount"] for refund in of(payment, "refund", provider)] == [700]


def test_a_refund_that_is_pending_ends_as_the_bank_decides(paid, provider):
    payment = paid("pm_card_pendingRefund")
    operation, payment = finished(record_refund(payment_id=payment.id, now=timezone.now()))
    assert (operation.status, payment.refunding) == ("pending", 1999)
    provider.settle_refund(operation.reference, succeeds=False)
    failed, payment = finished(operation)
    assert (failed.status, amount_refundable(payment)) == ("failed", 1999)
    assert payment.status == PaymentStatus.PAID


def test_a_refund_that_stripe_refuses_fails(paid, provider):
    payment = paid()
    operation = record_refund(payment_id=payment.id, now=timezone.now())
    finished(operation)
    more = changed(operation, id=payment.checkout_id)
    outcome = execute_operation(operation=more, payment=payment, now=timezone.now())
    assert outcome.kind is OutcomeKind.DECLINED
    assert len(of(payment, "refund", provider)) == 1


@pytest.mark.parametrize(
    ("record", "capture"), [(record_refund, Capture.AUTOMATIC), (record_capture, Capture.MANUAL)]
)
def test_an_operation_in_digits_that_stripe_does_not_have_fails_rather_than_hangs(
    paid, record, capture
):
    """Malagasy ariary have two digits by ISO 4217, and none at Stripe."""
    payment = paid(amount=10_000, currency="MGA", capture=capture)
    asked = record(payment_id=payment.id, now=timezone.now())
    Operation.objects.filter(pk=asked.id).update(amount=50)
    failed, after = finished(changed(asked, amount=50))
    assert (failed.status, after.status) == ("failed", payment.status)


# ---- events -----------------------------------------------------------------------------------


def test_an_event_finishes_a_payment(paid, provider):
    payment = paid(SECURE)
    provider.authenticate(payment.reference)
    (event,) = (e for e in of(payment, "event", provider) if e["type"].endswith("succeeded"))
    provider_event = received(event)
    assert provider_event.payment_id == payment.id
    assert record_provider_event(provider_event=provider_event, now=timezone.now())
    outcome, now = provider_event.outcome, timezone.now()
    assert record_outcome(payment_id=payment.id, outcome=outcome, now=now).payment.status == "paid"
    assert not record_provider_event(provider_event=received(event), now=timezone.now())


def test_every_event_of_a_payment_backwards_and_twice_ends_in_the_same_ledger(paid, provider):
    payment = paid(SECURE, capture=Capture.MANUAL)
    provider.authenticate(payment.reference)
    _, payment = finished(record_capture(payment_id=looked_up(payment).id, now=timezone.now()))
    events = of(payment, "event", provider)
    assert len(events) == 3
    for event in [*events, *events]:
        provider_event = received(event)
        after = record_outcome(
            payment_id=provider_event.payment_id, outcome=provider_event.outcome, now=timezone.now()
        ).payment
        assert state_of(after) == state_of(payment)


def test_a_refund_made_at_stripes_own_desk_is_matched_by_its_intent(paid, provider):
    payment = paid()
    finished(record_refund(payment_id=payment.id, amount=100, now=timezone.now()))
    (event,) = (e for e in of(payment, "event", provider) if e["type"] == "refund.created")
    event["data"]["object"] |= {"id": "re_desk", "metadata": {}, "amount": 250}
    provider_event = received(event)
    assert provider_event.payment_id == payment.id
    after = record_outcome(
        payment_id=payment.id, outcome=provider_event.outcome, now=timezone.now()
    ).payment
    assert after.refunded == 350


def test_events_about_other_things_say_nothing(provider):
    event = {"id": "evt_1", "type": "customer.created", "data": {"object": {"id": "cus_1"}}}
    provider_event = received(event)
    assert (provider_event.payment_id, provider_event.outcome) == (None, None)


def test_an_event_of_an_intent_that_is_not_ours_names_no_payment(paid, provider):
    event = of(paid(), "event", provider)[0]
    event["data"]["object"] |= {"id": "pi_of_another_shop", "metadata": {}}
    assert received(event).payment_id is None


EVENT = {"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": {}}}


def test_forged_stale_and_truncated_events_are_refused(provider):
    with pytest.raises(WebhookSignatureInvalid):
        received(EVENT, secret="whsec_forged")
    with pytest.raises(WebhookSignatureInvalid):
        received(EVENT, cut=1)
    with pytest.raises(WebhookStale):
        received(EVENT, at=timezone.now() - timedelta(seconds=302))
    with pytest.raises(WebhookMalformed):
        received(EVENT)


def test_what_the_sdk_signs_we_trust_and_what_the_simulator_signs_the_sdk_trusts(provider):
    body, at = json.dumps(EVENT), int(timezone.now().timestamp())
    header = signature(body.encode(), SECRET, at)
    assert stripe.WebhookSignature.verify_header(body, header, SECRET, tolerance=300)
    assert header.endswith(stripe.WebhookSignature._compute_signature(f"{at}.{body}", SECRET))
