"""Starts the simulator for a test and talks to it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class RunningSimulator:
    """A simulator that listens at `base`."""

    process: subprocess.Popen[str]
    base: str

    def misbehave(self, **faults: float) -> None:
        """From now on; without arguments it behaves."""
        self._post("/sim/faults", faults)

    def send_webhooks_to(self, url: str, *, secret: str) -> None:
        """An empty `url` keeps them waiting."""
        self._post("/sim/webhooks", {"url": url, "secret": secret})

    def authenticate(self, intent_id: str, *, succeeds: bool = True) -> None:
        """The buyer does what the bank asks."""
        self._post(f"/sim/authenticate/{intent_id}?succeeds={str(succeeds).lower()}")

    def settle_refund(self, refund_id: str, *, succeeds: bool) -> None:
        """The end of a refund that was pending, or the failure of one that was not."""
        self._post(f"/sim/settle/{refund_id}?succeeds={str(succeeds).lower()}")

    def deliver(self, event_id: str) -> None:
        """Once more."""
        self._post(f"/sim/deliver/{event_id}")

    def ledger(self) -> dict[str, list[dict[str, Any]]]:
        """By kind (`payment_intent`, `refund`, `event`), the newest first."""
        with urllib.request.urlopen(f"{self.base}/sim/ledger", timeout=10) as response:
            return json.load(response)

    def wait_for_deliveries(self, *, seconds: float = 30) -> dict[str, int]:
        """Until none is waiting; the count of each state."""
        end = time.monotonic() + seconds
        while True:
            with urllib.request.urlopen(f"{self.base}/sim/deliveries", timeout=10) as response:
                states: dict[str, int] = json.load(response)
            if not states.get("waiting") or time.monotonic() > end:
                return states
            time.sleep(0.05)

    def _post(self, path: str, body: object = None) -> None:
        data = json.dumps(body).encode()
        urllib.request.urlopen(urllib.request.Request(self.base + path, data=data), timeout=10)


@contextmanager
def running_simulator(
    ledger: Path, *, port: int = 0, faults: str = "{}", url: str = "", secret: str = ""
) -> Iterator[RunningSimulator]:
    """A simulator process; started again with the same `ledger` it remembers everything."""
    command = [sys.executable, "-m", "tests.faults.provider.simulator"]
    command += ["--ledger", str(ledger), "--port", str(port), "--faults", faults]
    command += ["--webhook-url", url, "--webhook-secret", secret]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield RunningSimulator(process, f"http://127.0.0.1:{int(process.stdout.readline())}")
    finally:
        process.kill()
        process.wait()
