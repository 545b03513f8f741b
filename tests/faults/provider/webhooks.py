"""Delivers events, signed as Stripe signs them, until they are taken or it gives up."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import urllib.request
from typing import Any

from tests.faults.provider.ledger import Ledger

ATTEMPTS = 12
_TIMEOUT = 10.0


class Deliveries:
    """A few threads; what is waiting survives a restart, as it stands in the ledger."""

    def __init__(self, ledger: Ledger, *, url: str, secret: str, threads: int = 4) -> None:
        """Nothing is delivered without a `url`."""
        self.url, self.secret = url, secret
        self._ledger = ledger
        for _ in range(threads):
            threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            claimed = self._ledger.claim_delivery(for_seconds=3 * _TIMEOUT) if self.url else None
            if claimed is None:
                time.sleep(0.05)
                continue
            delivery_id, attempts, event = claimed
            if self._taken(event):
                self._ledger.delivered(delivery_id)
            else:
                again = min(0.2 * 2**attempts, 5.0) if attempts + 1 < ATTEMPTS else None
                self._ledger.refused(delivery_id, again_in=again)

    def _taken(self, event: dict[str, Any]) -> bool:
        body = json.dumps(event).encode()
        headers = {
            "Content-Type": "application/json",
            "Stripe-Signature": signature(body, self.secret, int(time.time())),
        }
        request = urllib.request.Request(self.url, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as response:
                return 200 <= response.status < 300
        except OSError:
            return False


def signature(body: bytes, secret: str, timestamp: int) -> str:
    """The `Stripe-Signature` header."""
    signed = f"{timestamp}.".encode() + body
    mac = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={mac}"
