"""Who did something: the part of an event that people ask about first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from core.caller import Caller


class ActorKind(StrEnum):
    """As whom someone acted; stored with the event, because roles change."""

    STAFF = "staff"
    BUYER = "buyer"
    PROVIDER = "provider"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it; `user_id` is None for guests, providers and the shop itself."""

    kind: ActorKind
    user_id: UUID | None = None


SYSTEM = Actor(ActorKind.SYSTEM)
PROVIDER = Actor(ActorKind.PROVIDER)


def actor_of(caller: Caller) -> Actor:
    """Return the caller of a use case as an actor: staff by any role, everyone else a buyer."""
    kind = ActorKind.STAFF if caller.is_staff else ActorKind.BUYER
    return Actor(kind, caller.user_id)
