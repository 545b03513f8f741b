"""The register of apps that keep personal data: exported, erased, and joined to an account.

Apps above this one keep personal data too. Each registers a `PersonalDataHandler` when
the apps are ready, so that nothing here has to know them (docs/adr/0023).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Person:
    """Whose data it is.

    `email` is set when the address is verified; only then may what guests left under it
    be counted as theirs.
    """

    user_id: UUID
    email: str | None


@dataclass(frozen=True, slots=True)
class Guest:
    """By what the records of a guest are known: an e-mail address, or the token that was issued."""

    email: str | None = None
    token_hash: str | None = None

    @property
    def known_by(self) -> dict[str, str]:
        """Return the one of the two as the condition of a query."""
        if self.email:
            return {"email": self.email}
        return {"token_hash": self.token_hash or ""}


def nothing_to_join(guest: Guest, user_id: UUID) -> None:
    """Leave everything as it is, for an app in which guests buy nothing."""


def nothing_abandoned(before: datetime) -> int:
    """Anonymize nothing, for an app where guests leave nothing personal."""
    return 0


@dataclass(frozen=True, slots=True)
class PersonalDataHandler:
    """How one app exports and erases its part of what is known about a person.

    `export` returns it as JSON-able values. `erase` makes it anonymous. `anonymize_abandoned`
    does so for what guests left unfinished before a moment, and returns how many records that
    were. `join` gives a user what a guest has bought. All run in the caller's transaction.
    """

    export: Callable[[Person], Any]
    erase: Callable[[Person, datetime], None]
    anonymize_abandoned: Callable[[datetime], int] = nothing_abandoned
    join: Callable[[Guest, UUID], None] = nothing_to_join


_handlers: dict[str, PersonalDataHandler] = {}


def register_personal_data(name: str, handler: PersonalDataHandler) -> None:
    """Register an app's handler; `name` is its key in an export.

    Apps do so as they get ready, in the order of `INSTALLED_APPS`: the lower ones first.
    """
    _handlers[name] = handler


def handlers() -> Iterator[tuple[str, PersonalDataHandler]]:
    """Yield every app's handler, by name."""
    yield from sorted(_handlers.items(), key=lambda item: item[0])


def handlers_from_the_top() -> Iterator[PersonalDataHandler]:
    """Yield every app's handler, an app before those that it uses.

    Erasing in this order takes locks in the order in which everything else takes them: that
    of a checkout before that of its cart.
    """
    yield from reversed(_handlers.values())
