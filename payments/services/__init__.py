"""Money in and out, in three steps: record the intent, call the provider, record the outcome.

The functions that record open no transaction of their own: the use case above
them does, and commits before it calls. The functions that call (`authorize`,
`look_up`, `execute_operation`) refuse to run inside a transaction, except for the
`manual` provider, which calls nobody. A payment is locked last, after
everything else that a use case locks.
"""

from __future__ import annotations

from payments.services.operations import (
    execute_operation,
    forget_reasons,
    record_capture,
    record_operation,
    record_refund,
    record_reversal,
    record_void,
)
from payments.services.paying import (
    authorize,
    is_offline,
    look_up,
    record_intent,
    record_outcome,
)
from payments.services.returns import announce_return
from payments.services.webhooks import receive_webhook, record_provider_event

__all__ = [
    "announce_return",
    "authorize",
    "execute_operation",
    "forget_reasons",
    "is_offline",
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
]
