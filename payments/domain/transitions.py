"""How a payment changes by what its provider says, in any order and any number of times.

Outcomes are facts, and facts do not expire: a payment only ever moves forward in
`RANK`, and money moves by ledger entries that are the difference between what the
ledger holds and what the provider reports. Applying a fact again, or after a later
one, therefore changes nothing. Money outranks a refusal: a payment that was thought
declined and turns out captured is captured.
"""

from __future__ import annotations

import copy
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from uuid import UUID

from payments.domain.errors import OutcomeMismatch
from payments.domain.values import (
    Capture,
    LedgerKind,
    OperationKind,
    OperationRecord,
    OperationStatus,
    Outcome,
    OutcomeKind,
    PaymentRecord,
    PaymentStatus,
    RefundFact,
    RefundStatus,
    amount_due,
    amount_expected,
)

P = TypeVar("P", bound=PaymentRecord)

# How far a payment is; a step never gives way to one of a lower rank.
RANK: dict[str | None, int] = {
    None: 0,
    OutcomeKind.UNKNOWN: 1,
    OutcomeKind.REQUIRES_ACTION: 2,
    OutcomeKind.PENDING: 3,
    OutcomeKind.DECLINED: 4,
    OutcomeKind.AUTHORIZED: 5,
    OutcomeKind.VOIDED: 6,
    OutcomeKind.CAPTURED: 7,
}

# From -> the statuses that may follow. A status follows from the step and the money
# (`status_of`); nothing sets it otherwise.
_FUNDED = frozenset({PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED})
TRANSITIONS: dict[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.PENDING: frozenset(PaymentStatus) - {PaymentStatus.PENDING},
    PaymentStatus.FAILED: frozenset(
        {PaymentStatus.PENDING, PaymentStatus.AUTHORIZED, PaymentStatus.VOIDED, *_FUNDED}
    ),
    PaymentStatus.AUTHORIZED: frozenset({PaymentStatus.PENDING, PaymentStatus.VOIDED, *_FUNDED}),
    PaymentStatus.VOIDED: frozenset({PaymentStatus.PENDING, *_FUNDED}),
    PaymentStatus.PAID: frozenset(
        {PaymentStatus.PENDING, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}
    ),
    PaymentStatus.PARTIALLY_REFUNDED: frozenset(
        {PaymentStatus.PENDING, PaymentStatus.PAID, PaymentStatus.REFUNDED}
    ),
    PaymentStatus.REFUNDED: frozenset(
        {PaymentStatus.PENDING, PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED}
    ),
}

_MONEY = frozenset({OutcomeKind.AUTHORIZED, OutcomeKind.CAPTURED})


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger: `amount` is positive, in minor units."""

    kind: LedgerKind
    amount: int
    reference: str
    operation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Applied(Generic[P]):
    """A payment after an outcome, and the ledger entries that make the difference.

    `ahead` is true when a refund came before news of the capture that it refunds:
    the provider has to be asked for the whole story.
    """

    payment: P
    entries: tuple[Entry, ...]
    ahead: bool = False


def apply(
    payment: P, outcome: Outcome, known: Collection[tuple[LedgerKind, str]] = ()
) -> Applied[P]:
    """Return a copy of the payment as it is once `outcome` is known.

    `known` are kind and reference of the refund entries already in the ledger.
    Raises `OutcomeMismatch` when amounts or currencies contradict the payment.
    """
    _require_match(payment, outcome)
    after = copy.copy(payment)
    after.step = later(payment.step, outcome.kind)
    if after.step == outcome.kind:
        after.action, after.decline_code = outcome.action, outcome.decline_code
    elif after.step not in {OutcomeKind.REQUIRES_ACTION, OutcomeKind.DECLINED}:
        after.action, after.decline_code = None, ""
    if payment.capture != Capture.OFFLINE:
        after.reference = payment.reference or outcome.reference
    entries = _move_money(after, outcome)
    refunds, ahead = _book_refunds(after, outcome.refunds, known)
    after.status = status_of(after)
    return Applied(after, (*entries, *refunds), ahead)


def later(step: str | None, kind: OutcomeKind) -> str | None:
    """Return the further of two steps."""
    if kind is OutcomeKind.REFUNDED:
        return step
    return kind if RANK[kind] > RANK[step] else step


def status_of(payment: PaymentRecord) -> PaymentStatus:
    """Return the status that follows from how far a payment is and from its money."""
    expected = amount_expected(payment)
    if payment.step == OutcomeKind.CAPTURED:
        if payment.captured - payment.refunded >= expected:
            return PaymentStatus.PAID
        if payment.captured + payment.voided < expected:
            return PaymentStatus.PENDING  # money is due, whatever was given back of a part
    if payment.waived and not expected and payment.step == OutcomeKind.PENDING:
        return PaymentStatus.PAID  # all of it was waived before any of it came
    if payment.refunded:
        whole = payment.refunded == payment.captured
        return PaymentStatus.REFUNDED if whole else PaymentStatus.PARTIALLY_REFUNDED
    statuses: dict[str | None, PaymentStatus] = {
        OutcomeKind.VOIDED: PaymentStatus.VOIDED,
        OutcomeKind.AUTHORIZED: PaymentStatus.AUTHORIZED,
        OutcomeKind.DECLINED: PaymentStatus.FAILED,
    }
    return statuses.get(payment.step, PaymentStatus.PENDING)


def operation_status_after(operation: OperationRecord, outcome: Outcome) -> OperationStatus:
    """Return the operation's status after the provider's response to its own call.

    A void of what turns out to be captured has failed: it takes a refund.
    """
    if operation.kind == OperationKind.REFUND:
        return _refund_status(operation, outcome)
    successes = {
        OperationKind.CAPTURE: {OutcomeKind.CAPTURED},
        OperationKind.VOID: {OutcomeKind.VOIDED, OutcomeKind.DECLINED},
    }
    if outcome.kind in successes[OperationKind(operation.kind)]:
        return OperationStatus.SUCCEEDED
    final = outcome.kind in {OutcomeKind.CAPTURED, OutcomeKind.VOIDED, OutcomeKind.DECLINED}
    return OperationStatus.FAILED if final else OperationStatus.PENDING


def operation_status_given(
    operation: OperationRecord, payment: PaymentRecord, outcome: Outcome
) -> OperationStatus:
    """Return the operation's status after news that did not come from its own call.

    Only facts count here: a refusal may be older than the operation.
    """
    if operation.kind == OperationKind.REFUND:
        return _refund_status(operation, replace(outcome, kind=OutcomeKind.REFUNDED))
    ends = {OutcomeKind.CAPTURED: OperationKind.CAPTURE, OutcomeKind.VOIDED: OperationKind.VOID}
    if payment.capture == Capture.OFFLINE or payment.step not in ends:
        return OperationStatus.PENDING
    done = ends[OutcomeKind(payment.step)] == operation.kind
    return OperationStatus.SUCCEEDED if done else OperationStatus.FAILED


def _refund_status(operation: OperationRecord, outcome: Outcome) -> OperationStatus:
    if outcome.kind is OutcomeKind.DECLINED:
        return OperationStatus.FAILED
    for fact in outcome.refunds:
        if fact.operation_id == operation.id:
            return OperationStatus(fact.status.value)
    return OperationStatus.PENDING


def _require_match(payment: PaymentRecord, outcome: Outcome) -> None:
    """Refuse what contradicts the payment.

    The whole is authorized; the whole is captured, or a part where we say how much.
    """
    if outcome.currency is not None and outcome.currency != payment.currency:
        raise OutcomeMismatch(f"Paid in {outcome.currency}, not in {payment.currency}.")
    if any(fact.amount <= 0 for fact in outcome.refunds):
        raise OutcomeMismatch("A refund of nothing.")
    if outcome.kind in _MONEY and outcome.amount is not None:
        in_parts = outcome.kind is OutcomeKind.CAPTURED and payment.capture != Capture.AUTOMATIC
        part = in_parts and 0 < outcome.amount < payment.amount
        if outcome.amount != payment.amount and not part:
            raise OutcomeMismatch(f"{outcome.kind} {outcome.amount}, not {payment.amount}.")
    if outcome.reference and (payment.reference or outcome.reference) != outcome.reference:
        raise OutcomeMismatch("This payment has another reference.")


def _move_money(after: PaymentRecord, outcome: Outcome) -> list[Entry]:
    """Set what is authorized, captured and voided by now; return the entries that do it.

    Offline, each part that arrives authorizes and captures itself; so is the rest authorized
    and voided when it is no longer expected after a part has come. A provider authorizes the
    whole once and captures at most once; the rest is released with the capture.
    """
    before = {
        LedgerKind.AUTHORIZED: after.authorized,
        LedgerKind.CAPTURED: after.captured,
        LedgerKind.VOIDED: after.voided,
    }
    if after.capture == Capture.OFFLINE:
        if outcome.kind is OutcomeKind.CAPTURED:
            after.authorized += outcome.amount or 0
            after.captured += outcome.amount or 0
        elif outcome.kind is OutcomeKind.VOIDED and after.captured:
            rest = amount_due(after)
            after.authorized += rest
            after.voided += rest
    else:
        if outcome.kind in _MONEY:
            after.authorized = after.amount
        if outcome.kind is OutcomeKind.CAPTURED and not after.captured:
            after.captured = after.amount if outcome.amount is None else outcome.amount
        closed = after.step in {OutcomeKind.CAPTURED, OutcomeKind.VOIDED}
        after.voided = after.authorized - after.captured if closed else 0
    reference = outcome.reference or after.reference or str(after.id)
    changes = {
        LedgerKind.AUTHORIZED: after.authorized - before[LedgerKind.AUTHORIZED],
        LedgerKind.CAPTURED: after.captured - before[LedgerKind.CAPTURED],
        LedgerKind.VOIDED: after.voided - before[LedgerKind.VOIDED],
    }
    if min(changes.values()) < 0:
        raise OutcomeMismatch("Money that was released cannot be captured.")
    return [Entry(kind, amount, reference) for kind, amount in changes.items() if amount]


def _book_refunds(
    after: PaymentRecord,
    facts: tuple[RefundFact, ...],
    known: Collection[tuple[LedgerKind, str]],
) -> tuple[list[Entry], bool]:
    """Add the refunds that are not in the ledger; tell whether one is ahead of its capture.

    A failed refund is made and reversed, whichever of the two was reported first.
    """
    entries: list[Entry] = []
    ahead = False
    for fact in facts:
        kinds = {
            RefundStatus.PENDING: [],
            RefundStatus.SUCCEEDED: [LedgerKind.REFUNDED],
            RefundStatus.FAILED: [LedgerKind.REFUNDED, LedgerKind.REFUND_FAILED],
        }[fact.status]
        new = [kind for kind in kinds if (kind, fact.reference) not in known]
        signs = {LedgerKind.REFUNDED: 1, LedgerKind.REFUND_FAILED: -1}
        refunded = after.refunded + sum(signs[kind] * fact.amount for kind in new)
        if refunded > after.captured:
            ahead = True
            continue
        after.refunded = refunded
        entries += [Entry(kind, fact.amount, fact.reference, fact.operation_id) for kind in new]
    return entries, ahead
