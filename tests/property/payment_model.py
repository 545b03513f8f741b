"""One payment in plain Python, with the test provider behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

STEPS = ["unknown", "requires_action", "pending", "declined", "authorized", "voided", "captured"]


DECLINED_WATCH = timedelta(hours=24)


class Contradiction(Exception):
    """What the provider says cannot be true after what it has said before."""


@dataclass
class Payment:
    """Money for a checkout. `letting_go` once nobody wants it any more."""

    checkout: int
    amount: int
    capture: str
    token: str
    at: datetime
    order: int | None = None
    step: str = "unknown"
    authorized: int = 0
    captured: int = 0
    voided: int = 0
    refunded: int = 0
    letting_go: bool = False
    given_up: bool = False
    watched: bool = True

    def __post_init__(self) -> None:
        if self.capture == "offline":
            self.step = "pending"

    @property
    def truth(self) -> str:
        """What the provider tells of it when asked."""
        if self.token == "tok_decline":
            return "declined"
        if self.token == "tok_requires_action":
            return "requires_action"
        return "captured" if self.capture == "automatic" else "authorized"

    @property
    def first_answer(self) -> str:
        """What the provider answers to the buyer's request."""
        return "unknown" if self.token == "tok_timeout" else self.truth

    @property
    def asked_about(self) -> bool:
        """Whether recovery asks the provider: a refused one may be paid yet, for a day."""
        return self.step == "unknown" or (self.step == "declined" and self.watched)

    @property
    def holds_money(self) -> bool:
        """Whether the buyer would be poorer if it stayed like this."""
        return self.captured > self.refunded or self.authorized > self.captured + self.voided

    @property
    def due(self) -> int:
        """What may still come in."""
        closed = self.capture != "offline" or self.voided
        return self.amount - self.captured - self.voided + (0 if closed else self.refunded)

    @property
    def capturable(self) -> bool:
        """Whether staff can take, or record, more money."""
        if self.capture == "offline":
            return self.due > 0 and self.step != "voided"
        return self.step == "authorized"

    @property
    def status(self) -> str:
        """In the words of the HTTP contract."""
        if self.step == "captured" and self.captured - self.refunded >= self.amount:
            return "paid"
        if self.step == "captured" and self.captured + self.voided < self.amount:
            return "pending"
        if self.refunded:
            return "refunded" if self.refunded == self.captured else "partially_refunded"
        names = {"voided": "voided", "authorized": "authorized", "declined": "failed"}
        return names.get(self.step, "pending")

    def learn(self, kind: str, now: datetime) -> None:
        """Facts only ever move it forward. Raises `Contradiction`."""
        self.watched = now - self.at <= DECLINED_WATCH
        if kind == "captured" and not self.captured and self.voided:
            raise Contradiction
        self.step = max(self.step, kind, key=STEPS.index)
        if kind in {"authorized", "captured"}:
            self.authorized = self.amount
        if kind == "captured" and not self.captured:
            self.captured = self.amount
        if self.step == "voided":
            self.voided = self.authorized

    def take(self, amount: int) -> None:
        """A capture by staff: what is not captured of an authorization is released."""
        self.step = "captured"
        self.captured += amount
        if self.capture == "offline":
            self.authorized += amount
        else:
            self.voided = self.authorized - self.captured

    def give_back(self) -> None:
        """Money that is voided or refunded goes where it came from."""
        if self.letting_go and self.captured:
            if self.capture == "offline" and (rest := self.due) > 0:
                self.authorized += rest
                self.voided += rest
            self.refunded = self.captured
        elif self.letting_go:
            self.step, self.voided = "voided", self.authorized
        self.letting_go = False
