from __future__ import annotations

import pytest

from payments.domain import OutcomeKind, OutcomeMismatch, RefundStatus
from payments.providers.stripe.amounts import from_stripe, to_stripe
from payments.providers.stripe.reading import outcome_of


@pytest.mark.parametrize(
    ("amount", "currency", "theirs"),
    [
        (1999, "GBP", 1999),
        (500, "JPY", 500),
        (1500, "KWD", 1500),
        (500, "ISK", 50000),
        (500, "UGX", 50000),
        (7, "ALL", 7),
    ],
)
def test_amounts_go_to_stripe_and_come_back(amount, currency, theirs):
    assert to_stripe(amount, currency) == theirs
    assert from_stripe(theirs, currency) == amount


def test_an_amount_that_we_cannot_express_is_refused():
    with pytest.raises(OutcomeMismatch):
        from_stripe(701, "UGX")


def intent(status: str, **members: object) -> dict[str, object]:
    return {
        "id": "pi_1",
        "status": status,
        "currency": "gbp",
        "amount": 1000,
        "amount_received": 600,
        "client_secret": "pi_1_secret_x",
        **members,
    }


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("requires_payment_method", OutcomeKind.DECLINED),
        ("requires_confirmation", OutcomeKind.PENDING),
        ("requires_action", OutcomeKind.REQUIRES_ACTION),
        ("processing", OutcomeKind.PENDING),
        ("requires_capture", OutcomeKind.AUTHORIZED),
        ("succeeded", OutcomeKind.CAPTURED),
        ("canceled", OutcomeKind.VOIDED),
        ("something_new", OutcomeKind.UNKNOWN),
    ],
)
def test_every_status_of_an_intent_has_its_meaning(status, kind):
    assert outcome_of(intent(status)).kind is kind


def test_what_was_captured_is_what_was_received():
    assert outcome_of(intent("succeeded")).amount == 600
    assert outcome_of(intent("requires_capture")).amount == 1000


def test_a_redirect_is_handed_to_the_storefront():
    todo = {"type": "redirect_to_url", "redirect_to_url": {"url": "https://bank.test/"}}
    assert outcome_of(intent("requires_action", next_action=todo)).action == {
        "type": "redirect_to_url",
        "client_secret": "pi_1_secret_x",
        "url": "https://bank.test/",
    }


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("succeeded", RefundStatus.SUCCEEDED),
        ("failed", RefundStatus.FAILED),
        ("canceled", RefundStatus.FAILED),
        ("pending", RefundStatus.PENDING),
        ("requires_action", RefundStatus.PENDING),
    ],
)
def test_every_status_of_a_refund_has_its_meaning(status, meaning):
    refund = {"id": "re_1", "amount": 5, "status": status, "metadata": {}}
    (fact,) = outcome_of(intent("succeeded"), [refund]).refunds
    assert (fact.status, fact.operation_id) == (meaning, None)
