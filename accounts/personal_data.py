"""What the shop knows about a person, wherever it is kept: handed out, and erased.

Apps above this one keep personal data too. Each plugs a `DataHolder` in when the
apps are ready, so that nothing here has to know them (docs/adr/0023).
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

    `email` is set when the address is known to be theirs; only then may what guests
    left under it be counted as theirs.
    """

    user_id: UUID
    email: str | None


def nothing_abandoned(before: datetime) -> int:
    """For an app where guests leave nothing personal."""
    return 0


@dataclass(frozen=True, slots=True)
class DataHolder:
    """An app's part of what is known about people.

    `export` returns it as JSON-able values. `erase` makes it anonymous, in the
    caller's transaction. `forget_abandoned` does so for what guests left unfinished
    before a moment; it returns how many records that were.
    """

    export: Callable[[Person], Any]
    erase: Callable[[Person, datetime], None]
    forget_abandoned: Callable[[datetime], int] = nothing_abandoned


_holders: dict[str, DataHolder] = {}


def hold_personal_data(name: str, holder: DataHolder) -> None:
    """Declares that an app keeps personal data; `name` is its key in an export.

    Apps declare it as they get ready, in the order of `INSTALLED_APPS`: the lower ones first.
    """
    _holders[name] = holder


def holders() -> Iterator[tuple[str, DataHolder]]:
    """Every app's part, by name."""
    yield from sorted(_holders.items(), key=lambda item: item[0])


def holders_from_the_top() -> Iterator[DataHolder]:
    """Every app's part, an app before those that it uses.

    Erasing so takes its locks in the order in which everybody else takes them: that of a
    checkout before that of its cart.
    """
    yield from reversed(_holders.values())
