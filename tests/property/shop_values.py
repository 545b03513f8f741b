"""What the model of the shop is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from core.errors import CongoCartError
from pricing.domain import Charge


class Refused(Exception):
    """The services should refuse this step like that."""

    def __init__(self, kind: type[CongoCartError]) -> None:
        super().__init__(kind.__name__)
        self.kind = kind


@dataclass
class Cart:
    """What someone wants."""

    expires: datetime
    lines: dict[str, int] = field(default_factory=dict)
    status: str = "open"
    version: int = 1


@dataclass
class Checkout:
    """Some of it on the way to an order; `held` are the units it still reserves."""

    cart: int
    cart_version: int
    lines: dict[str, int]
    method: str | None
    expires: datetime
    held: dict[str, int]
    email: str | None = "ada@example.com"
    status: str = ""

    def __post_init__(self) -> None:
        self.reopen()

    def reopen(self) -> None:
        """It can be changed and, if nothing is missing, completed."""
        self.status = "ready" if self.method and self.email else "incomplete"


@dataclass
class Order:
    """What was bought and what came back."""

    checkout: int
    payment: int
    lines: dict[str, int]
    total: int
    rests: dict[str | None, Charge]
    status: str = "open"
    returned: dict[str, int] = field(default_factory=dict)
    refunded: dict[str, int] = field(default_factory=dict)

    @property
    def given_back(self) -> int:
        """What refunds have given back of what was charged; `rests` is what they have left."""
        return self.total - sum(rest.amount for rest in self.rests.values())
