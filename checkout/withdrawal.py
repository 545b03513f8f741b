"""What is withdrawn from sale while checkouts hold it.

By default a checkout goes on with what it holds. What is recalled is withdrawn from those that
are open, too: it is not sold to them, and nothing is charged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from checkout.errors import ItemsUnavailable
from core.messages import Message


class HeldLine(Protocol):
    """As much of a line as its withdrawal depends on.

    `is_withdrawn` tells that nobody new can buy it, `withdrawn_from` since when even those
    cannot who held it already.
    """

    sku: str
    title: str
    is_withdrawn: bool
    withdrawn_from: datetime | None


def ended_lines(lines: Iterable[HeldLine], *, begun_at: datetime) -> list[HeldLine]:
    """Return the lines that a checkout that has begun at `begun_at` cannot buy any more."""
    return [
        line
        for line in lines
        if line.withdrawn_from and (line.is_withdrawn or begun_at <= line.withdrawn_from)
    ]


def withdrawals(lines: Sequence[HeldLine], *, begun_at: datetime) -> list[Message]:
    """Return a message for each line that has been withdrawn since the checkout holds it."""
    ended = {line.sku for line in ended_lines(lines, begun_at=begun_at)}
    messages = []
    for position, line in enumerate(lines):
        pointer = f"/items/{position}"
        if line.sku in ended:
            detail = f"{line.title} was withdrawn and cannot be bought."
            messages.append(Message(ItemsUnavailable.code, pointer, detail))
        elif line.is_withdrawn:
            detail = f"{line.title} is no longer for sale; what this checkout holds still is."
            messages.append(Message("not_available", pointer, detail))
    return messages
