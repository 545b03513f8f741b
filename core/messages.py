"""What a buyer should know about a cart or a checkout, although nothing was refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """A note to the buyer; `pointer` (RFC 6901) locates what it is about in the resource."""

    code: str
    pointer: str
    detail: str
