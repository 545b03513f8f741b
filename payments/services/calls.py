"""Calling a provider: with no transaction open and no database connection kept waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import connection

from payments.domain import Outcome, OutcomeKind, PaymentRecord, UnknownProvider
from payments.providers import Provider, provider_named

T = TypeVar("T")


def ask(payment: PaymentRecord, question: Callable[[Provider], T]) -> T:
    """Return the provider's response to `question`, with no transaction open.

    Raises `UnknownProvider` when the payment's provider is not enabled, and
    `RuntimeError` when a transaction is open: a lock would be held for as long
    as the provider takes, and a rollback would forget what it did.
    """
    provider = provider_named(payment.provider)
    # Like Django's `durable=True`, this does not count the transaction around a test case.
    blocks = connection.atomic_blocks
    in_transaction = any(not getattr(block, "_from_testcase", False) for block in blocks)
    if in_transaction and not provider.offline:
        raise RuntimeError("A payment provider must not be called inside a transaction.")
    if provider.networked and not connection.in_atomic_block:
        connection.close()  # back to the pool: others can use it while we wait
    return question(provider)


def ask_again(
    payment: PaymentRecord, question: Callable[[Provider], Outcome | None]
) -> Outcome | None:
    """Ask about a payment that exists: a provider that is switched off since says `UNKNOWN`."""
    try:
        return ask(payment, question)
    except UnknownProvider:
        return Outcome(OutcomeKind.UNKNOWN, detail=f"{payment.provider} is not enabled")
