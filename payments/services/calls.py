"""Calling a provider: with no transaction open and no database connection kept waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import connection

from payments.domain import Outcome, OutcomeKind, PaymentState, UnknownProvider
from payments.providers import Provider, provider_named

T = TypeVar("T")


def ask(payment: PaymentState, question: Callable[[Provider], T]) -> T:
    """The provider's answer to `question`.

    Raises `UnknownProvider` when the payment's provider is not enabled, and
    `RuntimeError` when a transaction is open: a lock would be held for as long
    as the provider takes, and a rollback would forget what it did.
    """
    provider = provider_named(payment.provider)
    if not provider.offline and _in_transaction():
        raise RuntimeError("A payment provider must not be called inside a transaction.")
    if provider.networked and not connection.in_atomic_block:
        connection.close()  # back to the pool: others can use it while we wait
    return question(provider)


def ask_again(
    payment: PaymentState, question: Callable[[Provider], Outcome | None]
) -> Outcome | None:
    """`ask` about a payment that was begun: a provider switched off since is just not known."""
    try:
        return ask(payment, question)
    except UnknownProvider:
        return Outcome(OutcomeKind.UNKNOWN, detail=f"{payment.provider} is not enabled")


def _in_transaction() -> bool:
    """Like Django's `durable=True`, this does not count the transaction around a test case."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
