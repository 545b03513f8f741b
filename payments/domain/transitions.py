"""How a payment changes by what its provider says, in any order and any number of times.

Outcomes are facts, and facts do not expire: a payment only ever moves forward
in `RANK`, and money moves by ledger entries that are the difference between
what the books hold and what the provider reports. Applying a fact again, or
after a later one, therefore changes nothing. Money wins over a refusal: a
payment that was thought declined and turns out captured is captured.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from payments.domain.errors import OutcomeMismatch
from payments.domain.values import (
    Capture,
    LedgerKind,
    OperationKind,
    OperationState,
    OperationStatus,
    Outcome,
    OutcomeKind,
    PaymentState,
    PaymentStatus,
    RefundFact,
    RefundStatus,
)

# How far a payment is; a step never gives way to one of a lower rank.
RANK: dict[OutcomeKind | None, int] = {
    None: 0,
    OutcomeKind.UNKNOWN: 1,
    OutcomeKind.REQUIRES_ACTION: 2,
    OutcomeKind.PENDING: 3,
    OutcomeKind.DECLINED: 4,
    OutcomeKind.AUTHORIZED: 5,
    OutcomeKind.VOIDED: 6,
    OutcomeKind.CAPTURED: 7,
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
class Applied:
    """A payment after an outcome, and the ledger entries that make the difference.

    `ahead` is true when a refund came before news of the capture that it refunds:
    the provider has to be asked for the whole story.
    """

    payment: PaymentState
    entries: tuple[Entry, ...]
    ahead: bool = False


def apply(
    payment: PaymentState,
    outcome: Outcome,
    known: Collection[tuple[LedgerKind, str]] = (),
) -> Applied:
    """The payment as it is once `outcome` is known.

    `known` are kind and reference of the refund entries already in the ledger.
    Raises `OutcomeMismatch` when amounts or currencies contradict the payment.
    """
    _require_match(payment, outcome)
    moved = _with_news(replace(payment, step=later(payment.step, outcome.kind)), outcome)
    if payment.capture is not Capture.OFFLINE:
        moved = replace(moved, reference=payment.reference or outcome.reference)
    funded, entries = _money(moved, outcome)
    refunded, refunds, ahead = _refunds(funded, outcome.refunds, known)
    final = replace(refunded, status=status_of(refunded))
    return Applied(final, (*entries, *refunds), ahead)


def later(step: OutcomeKind | None, kind: OutcomeKind) -> OutcomeKind | None:
    """The further of two steps."""
    if kind is OutcomeKind.REFUNDED:
        return step
    return kind if RANK[kind] > RANK[step] else step


def status_of(payment: PaymentState) -> PaymentStatus:
    """The status that follows from how far a payment is and from its money."""
    if payment.refunded:
        whole = payment.refunded == payment.captured
        return PaymentStatus.REFUNDED if whole else PaymentStatus.PARTIALLY_REFUNDED
    if payment.step is OutcomeKind.CAPTURED:
        whole = payment.captured == payment.amount
        return PaymentStatus.PAID if whole else PaymentStatus.PENDING
    return {
        OutcomeKind.VOIDED: PaymentStatus.VOIDED,
        OutcomeKind.AUTHORIZED: PaymentStatus.AUTHORIZED,
        OutcomeKind.DECLINED: PaymentStatus.FAILED,
    }.get(payment.step or OutcomeKind.UNKNOWN, PaymentStatus.PENDING)


def operation_status_after(operation: OperationState, outcome: Outcome) -> OperationStatus:
    """How the provider's answer to an operation's own call leaves that operation.

    A void of what turns out to be captured has failed: it takes a refund.
    """
    kind = outcome.kind
    if operation.kind is OperationKind.REFUND:
        return _refund_verdict(operation, outcome)
    wanted = {
        OperationKind.CAPTURE: {OutcomeKind.CAPTURED},
        OperationKind.VOID: {OutcomeKind.VOIDED, OutcomeKind.DECLINED},
    }[operation.kind]
    if kind in wanted:
        return OperationStatus.SUCCEEDED
    final = kind in {OutcomeKind.CAPTURED, OutcomeKind.VOIDED, OutcomeKind.DECLINED}
    return OperationStatus.FAILED if final else OperationStatus.PENDING


def settled_by(
    operation: OperationState, payment: PaymentState, outcome: Outcome
) -> OperationStatus:
    """How news that did not come from an operation's own call leaves that operation.

    Only facts count here: a refusal may be older than the operation.
    """
    if operation.kind is OperationKind.REFUND:
        return _refund_verdict(operation, replace(outcome, kind=OutcomeKind.REFUNDED))
    if payment.capture is Capture.OFFLINE:
        return OperationStatus.PENDING
    ends = {OutcomeKind.CAPTURED: OperationKind.CAPTURE, OutcomeKind.VOIDED: OperationKind.VOID}
    end = ends.get(payment.step or OutcomeKind.UNKNOWN)
    if end is None:
        return OperationStatus.PENDING
    return OperationStatus.SUCCEEDED if end is operation.kind else OperationStatus.FAILED


def _refund_verdict(operation: OperationState, outcome: Outcome) -> OperationStatus:
    if outcome.kind is OutcomeKind.DECLINED:
        return OperationStatus.FAILED
    for fact in outcome.refunds:
        if fact.operation_id == operation.id:
            return OperationStatus(fact.status.value)
    return OperationStatus.PENDING


def _require_match(payment: PaymentState, outcome: Outcome) -> None:
    if outcome.currency is not None and outcome.currency != payment.currency:
        raise OutcomeMismatch(f"Paid in {outcome.currency}, not in {payment.currency}.")
    if any(fact.amount <= 0 for fact in outcome.refunds):
        raise OutcomeMismatch("A refund of nothing.")
    if outcome.kind in _MONEY and outcome.amount is not None:
        _require_amount(payment, outcome.kind, outcome.amount)
    if outcome.reference and (payment.reference or outcome.reference) != outcome.reference:
        raise OutcomeMismatch("This payment has another reference.")


def _require_amount(payment: PaymentState, kind: OutcomeKind, amount: int) -> None:
    """The whole is authorized; the whole is captured, or a part where we say how much."""
    in_parts = kind is OutcomeKind.CAPTURED and payment.capture is not Capture.AUTOMATIC
    part = in_parts and 0 < amount < payment.amount
    if amount != payment.amount and not part:
        raise OutcomeMismatch(f"{kind} {amount}, not {payment.amount}.")


def _with_news(payment: PaymentState, outcome: Outcome) -> PaymentState:
    """Keeps the action and the refusal that belong to the step that the payment is at."""
    if payment.step is outcome.kind:
        return replace(payment, action=outcome.action, decline_code=outcome.decline_code)
    if payment.step is OutcomeKind.REQUIRES_ACTION or payment.step is OutcomeKind.DECLINED:
        return payment
    return replace(payment, action=None, decline_code="")


def _money(payment: PaymentState, outcome: Outcome) -> tuple[PaymentState, list[Entry]]:
    if payment.capture is Capture.OFFLINE:
        after = _received(payment, outcome)
    else:
        after = _settled(payment, outcome)
    reference = outcome.reference or payment.reference or str(payment.id)
    changes = {
        LedgerKind.AUTHORIZED: after.authorized - payment.authorized,
        LedgerKind.CAPTURED: after.captured - payment.captured,
        LedgerKind.VOIDED: after.voided - payment.voided,
    }
    if min(changes.values()) < 0:
        raise OutcomeMismatch("Money that was released cannot be captured.")
    return after, [Entry(kind, amount, reference) for kind, amount in changes.items() if amount]


def _received(payment: PaymentState, outcome: Outcome) -> PaymentState:
    """Money that arrived outside: each part authorizes and captures itself."""
    part = (outcome.amount or 0) if outcome.kind is OutcomeKind.CAPTURED else 0
    return replace(payment, authorized=payment.authorized + part, captured=payment.captured + part)


def _settled(payment: PaymentState, outcome: Outcome) -> PaymentState:
    """One authorization of the whole, at most one capture, the rest released with it."""
    authorized = payment.amount if outcome.kind in _MONEY else payment.authorized
    captured = payment.captured
    if outcome.kind is OutcomeKind.CAPTURED and not captured:
        captured = payment.amount if outcome.amount is None else outcome.amount
    closed = payment.step in {OutcomeKind.CAPTURED, OutcomeKind.VOIDED}
    voided = authorized - captured if closed else 0
    return replace(payment, authorized=authorized, captured=captured, voided=voided)


def _refunds(
    payment: PaymentState,
    facts: tuple[RefundFact, ...],
    known: Collection[tuple[LedgerKind, str]],
) -> tuple[PaymentState, list[Entry], bool]:
    entries: list[Entry] = []
    refunded, ahead = payment.refunded, False
    for fact in facts:
        new = [entry for entry in _history(fact) if (entry.kind, entry.reference) not in known]
        after = refunded + sum(map(_signed, new))
        if after > payment.captured:
            ahead = True
            continue
        refunded = after
        entries += new
    return replace(payment, refunded=refunded), entries, ahead


def _history(fact: RefundFact) -> Iterator[Entry]:
    """The entries of one refund: a failed one is made and taken back, whatever came first."""
    if fact.status is not RefundStatus.PENDING:
        yield Entry(LedgerKind.REFUNDED, fact.amount, fact.reference, fact.operation_id)
    if fact.status is RefundStatus.FAILED:
        yield Entry(LedgerKind.REFUND_FAILED, fact.amount, fact.reference, fact.operation_id)


def _signed(entry: Entry) -> int:
    return entry.amount if entry.kind is LedgerKind.REFUNDED else -entry.amount
