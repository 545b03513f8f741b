"""When the provider misbehaves: decided by a seed, not by the order in which threads run."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Faults:
    """Chances between 0 and 1, and times in seconds.

    `lost`: the call never arrives. `silent`: it is executed and never answered.
    `broken`: it is executed and answered with a 500. `late`: it is executed
    after the delay. `declined`: a good card is refused.
    """

    seed: int = 0
    lost: float = 0
    silent: float = 0
    broken: float = 0
    late: float = 0
    declined: float = 0
    delay: float = 0.5
    hang: float = 30
    webhook_twice: float = 0
    webhook_late: float = 0
    webhook_never: float = 0
    webhook_delay: float = 1

    @classmethod
    def from_json(cls, text: str) -> Faults:
        """Unknown names are refused."""
        values = json.loads(text)
        unknown = set(values) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"no such faults: {sorted(unknown)}")
        return cls(**values)

    def strikes(self, name: str, *, of: str) -> bool:
        """Whether the fault called `name` strikes the thing called `of`."""
        chance: float = getattr(self, name)
        return chance > 0 and self._dice(name, of).random() < chance

    def deliveries(self, event_id: str) -> Iterator[float]:
        """The delays after which an event is delivered: none, one or two of them."""
        if self.strikes("webhook_never", of=event_id):
            return
        twice = self.strikes("webhook_twice", of=event_id)
        for number in range(2 if twice else 1):
            name = f"{event_id}/{number}"
            late = self.strikes("webhook_late", of=name)
            yield self._dice("delay", name).uniform(0, self.webhook_delay) if late else 0.0

    def _dice(self, name: str, of: str) -> random.Random:
        return random.Random(f"{self.seed}/{name}/{of}")
