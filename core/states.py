"""States and the literal tables that say which may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Any, TypeVar

from core.errors import Conflict


class Status(StrEnum):
    """The base of every status: its value is what clients read."""

    @property
    def label(self) -> str:
        """The value in words, for the admin."""
        return self.value.replace("_", " ").capitalize()


S = TypeVar("S", bound=Status)


class InvalidTransition(Conflict):
    """The current state does not allow this step."""

    code = "invalid_transition"


def require_transition(
    table: Mapping[S, AbstractSet[S]], current: S, wanted: S, *, noun: str
) -> None:
    """Raise `InvalidTransition`, which says what is allowed, unless the table has the step."""
    allowed = table[current]
    if wanted not in allowed:
        members: dict[str, Any] = {"from": current, "to": wanted, "allowed": sorted(allowed)}
        raise InvalidTransition(
            f"{noun} that is {current.label.lower()} cannot become {wanted.label.lower()}.",
            **members,
        )


def as_mermaid(table: Mapping[S, AbstractSet[S]], initial: S) -> str:
    """Return the table as a Mermaid state diagram: one arrow for each allowed step."""
    arrows = [f"    [*] --> {initial}"]
    for current, allowed in table.items():
        arrows += [f"    {current} --> {wanted}" for wanted in sorted(allowed)]
        if not allowed:
            arrows.append(f"    {current} --> [*]")
    return "\n".join(["stateDiagram-v2", *arrows])
