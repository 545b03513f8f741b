"""Buyers who never give up: each request is sent with its Idempotency-Key until it is answered."""

from __future__ import annotations

import contextlib
import random
import threading
import time
import urllib.error
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.faults.provider.launch import RunningSimulator
from tests.shop import DETAILS, items

# Longer than the lease of a key whose server was killed.
PATIENCE = 150.0
GOOD, DECLINED, SECURE = (
    "pm_card_visa",
    "pm_card_visa_chargeDeclined",
    "pm_card_authenticationRequired",
)
_ASK_AGAIN = {"idempotency_in_progress", "resource_busy"}


@dataclass
class Journey:
    """What one buyer knows of one purchase."""

    cart_id: str = ""
    checkout_id: str = ""
    numbers: set[str] = field(default_factory=set)
    canceled: bool = False


class Buyer(threading.Thread):
    """Goes shopping until told to stop, then ends the current journey."""

    def __init__(
        self, base: str, provider: RunningSimulator, skus: Sequence[str], *, seed: str
    ) -> None:
        super().__init__(daemon=True)
        self.base = base
        self.provider = provider
        self.skus = skus
        self.rng = random.Random(seed)
        self.stopping = threading.Event()
        self.journeys: list[Journey] = []
        self.responses: Counter[str] = Counter()
        self.error: BaseException | None = None
        self.retries = 0

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                with httpx.Client(base_url=self.base, timeout=15) as http:
                    self._shop(http)
                time.sleep(self.rng.uniform(0, 0.3))
        except BaseException as error:  # noqa: BLE001 - the test tells it
            self.error = error

    def _shop(self, http: httpx.Client) -> None:
        journey = Journey()
        self.journeys.append(journey)
        requested = items(self.rng.sample(self.skus, self.rng.randint(1, 3)))
        cart = self._post(http, "/api/v1/carts", {"items": requested})
        http.headers["Cart-Token"] = cart.json()["token"]
        journey.cart_id = cart.json()["id"]
        begun = self._post(http, "/api/v1/checkouts", {"cart_id": journey.cart_id, **DETAILS})
        if begun.status_code == 201:
            journey.checkout_id = begun.json()["id"]
            self._pay(http, journey)
        if journey.numbers and self.rng.random() < 0.2:
            (number,) = journey.numbers
            response = self._post(http, f"/api/v1/orders/{number}/cancel", {})
            journey.canceled = response.status_code == 200

    def _pay(self, http: httpx.Client, journey: Journey) -> None:
        """Until there is an order, or none to be had, or the buyer walks away."""
        for _ in range(8):
            response = self._post(
                http, f"/api/v1/checkouts/{journey.checkout_id}/complete", self._card()
            )
            body = response.json()
            if response.status_code in {200, 201}:
                journey.numbers.add(body["order"]["number"])
                return
            if response.status_code == 202:
                self._confirm(body["payment"]["action"])
                time.sleep(self.rng.uniform(0, 1))
            elif response.status_code != 402:
                return
            if self.rng.random() < 0.05:
                return

    def _card(self) -> dict[str, Any]:
        if self.rng.random() < 0.1:
            return {"payment": {"provider": "manual"}}
        (card,) = self.rng.choices([GOOD, DECLINED, SECURE], [8, 1, 2])
        return {"payment": {"provider": "stripe", "token": card}}

    def _confirm(self, action: dict[str, str] | None) -> None:
        """What the bank asks for; not twice."""
        if action:
            intent_id, _, _ = action["client_secret"].partition("_secret_")
            with contextlib.suppress(urllib.error.HTTPError):
                self.provider.authenticate(intent_id, succeeds=self.rng.random() < 0.9)

    def _post(self, http: httpx.Client, path: str, body: dict[str, Any]) -> httpx.Response:
        """The first answer that is one; now and then the request is repeated after it.

        A 202 says that the payment goes on: repeated, the request tells how it went.
        """
        key, deadline = str(uuid4()), time.monotonic() + PATIENCE
        while (response := self._once(http, path, body, key)) is None:
            assert time.monotonic() < deadline, f"{path} was not answered in {PATIENCE:.0f} s"
            self.retries += 1
            time.sleep(self.rng.uniform(0.1, 0.5))
        if self.rng.random() < 0.1 and (again := self._once(http, path, body, key)) is not None:
            if response.status_code == 202:
                return again
            same = (again.status_code, again.content) == (response.status_code, response.content)
            assert same, f"{path}: {response.text}, then {again.text}"
        return response

    def _once(
        self, http: httpx.Client, path: str, body: dict[str, Any], key: str
    ) -> httpx.Response | None:
        try:
            response = http.post(path, json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            return None
        problem = 400 <= response.status_code < 500
        code = response.json()["code"] if problem else str(response.status_code)
        self.responses[f"{path.rpartition('/')[2]} {code}"] += 1
        return None if response.status_code >= 500 or code in _ASK_AGAIN else response
