"""Money in and out, in three steps: record the intent, call the provider, record the outcome.

The functions that record run in the transaction of the use case above them, which commits
before it calls. The functions that call (`authorize`, `look_up`, `execute_operation`) refuse
to run inside a transaction, except for the `manual` provider, which calls nobody. A payment
is locked behind its checkout, and before stock and orders.
"""

from __future__ import annotations

from payments.services.attention import announce_stuck_payments
from payments.services.authorization import (
    attach_order,
    authorize,
    is_offline,
    look_up,
    record_intent,
)
from payments.services.expecting import (
    EXPECT_ERRORS,
    expect_less,
    expect_more,
    expect_recorded,
)
from payments.services.ledger import Change, lock_payment, record_outcome
from payments.services.operations import (
    execute_operation,
    execute_operations,
    forget_reasons,
    record_capture,
    record_operation,
    record_refund,
    record_reversal,
    record_void,
    return_money,
)
from payments.services.recovery import recover_operations, recover_payments
from payments.services.webhooks import (
    RECEIVE_WEBHOOK_ERRORS,
    receive_webhook,
    record_provider_event,
)

__all__ = [
    "EXPECT_ERRORS",
    "RECEIVE_WEBHOOK_ERRORS",
    "Change",
    "announce_stuck_payments",
    "attach_order",
    "authorize",
    "execute_operation",
    "execute_operations",
    "expect_less",
    "expect_more",
    "expect_recorded",
    "forget_reasons",
    "is_offline",
    "lock_payment",
    "look_up",
    "receive_webhook",
    "record_capture",
    "record_intent",
    "record_operation",
    "record_outcome",
    "record_provider_event",
    "record_refund",
    "record_reversal",
    "record_void",
    "recover_operations",
    "recover_payments",
    "return_money",
]
