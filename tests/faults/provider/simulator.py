"""A payment provider as a process of its own, which speaks Stripe's API and misbehaves on demand.

    python -m tests.faults.provider.simulator --ledger provider.sqlite3 [--port 0]
        [--webhook-url URL --webhook-secret SECRET] [--faults '{"seed": 1, "silent": 0.1}']

Prints its port when it listens. Besides Stripe's paths: `GET /sim/ledger` (all
objects), `GET /sim/deliveries`, `POST /sim/faults` (JSON), `POST /sim/webhooks`
(JSON `{"url", "secret"}`), `POST /sim/authenticate/{intent}?succeeds=true`,
`POST /sim/settle/{refund}?succeeds=false`, `POST /sim/deliver/{event}`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.faults.provider.ledger import KeyReused, Ledger, Reply
from tests.faults.provider.misbehavior import Faults
from tests.faults.provider.payments import Payments, Refusal
from tests.faults.provider.webhooks import Deliveries


class Simulator(ThreadingHTTPServer):
    """The server and everything it holds."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, *, port: int, ledger: Path, faults: Faults, url: str, secret: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.ledger = Ledger(ledger)
        self.payments = Payments(self.ledger, faults)
        self.deliveries = Deliveries(self.ledger, url=url, secret=secret)
        self.calls = itertools.count()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that are killed are no news."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """Reads a request, lets the faults strike, responds."""

    protocol_version = "HTTP/1.1"
    server: Simulator

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        self._send(self._guarded(lambda: self._read(url.path, dict(parse_qsl(url.query)))))

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:  # the caller has died
            self.close_connection = True
            return
        text = body.decode()
        if url.path.startswith("/sim/"):
            query = dict(parse_qsl(url.query))
            self._send(self._guarded(lambda: self._control(url.path, query, text)))
        else:
            self._write(url.path, text)

    def _write(self, path: str, text: str) -> None:
        """Carries out a call of the API, with whatever can go wrong around it."""
        faults, key = self.server.payments.faults, self.headers.get("Idempotency-Key")
        call = f"{key}/{next(self.server.calls)}"
        if faults.strikes("lost", of=call):
            self.close_connection = True
            return
        if faults.strikes("late", of=call):
            time.sleep(faults.delay)
        response = self._guarded(lambda: self._booked(path, key, text))
        if faults.strikes("silent", of=call):
            time.sleep(faults.hang)
            self.close_connection = True
        elif faults.strikes("broken", of=call):
            self._send((500, {"error": {"type": "api_error", "message": "Something broke."}}))
        else:
            self._send(response)

    def _booked(self, path: str, key: str | None, text: str) -> Reply:
        params = dict(parse_qsl(text))

        def effect() -> Reply:
            try:
                return self._effect(path, params)
            except Refusal as refusal:
                return refusal.response

        return self.server.ledger.book(key=key, request=f"{path}?{text}", effect=effect)

    def _effect(self, path: str, params: dict[str, str]) -> Reply:
        payments = self.server.payments
        match path.split("/")[2:]:
            case ["payment_intents"]:
                return payments.create(params)
            case ["payment_intents", intent_id, "capture"]:
                return payments.capture(intent_id, params)
            case ["payment_intents", intent_id, "cancel"]:
                return payments.cancel(intent_id)
            case ["refunds"]:
                return payments.refund(params)
        raise Refusal(404, type="invalid_request_error", message="Unrecognized request URL")

    def _read(self, path: str, query: dict[str, str]) -> Reply:
        ledger = self.server.ledger
        match path.split("/")[1:]:
            case ["v1", "payment_intents"]:
                first, last = (int(query[f"created[{end}]"]) for end in ("gte", "lte"))
                every = ledger.every("payment_intent")
                return _page([it for it in every if first <= it["created"] <= last], query, path)
            case ["v1", "payment_intents", intent_id]:
                return self.server.payments.retrieve(intent_id)
            case ["v1", "refunds"]:
                return _page(ledger.every("refund", parent=query["payment_intent"]), query, path)
            case ["sim", "ledger"]:
                kinds = ("payment_intent", "refund", "event")
                return 200, {kind: ledger.every(kind) for kind in kinds}
            case ["sim", "deliveries"]:
                return 200, ledger.delivery_states()
        raise Refusal(404, type="invalid_request_error", message="Unrecognized request URL")

    def _control(self, path: str, query: dict[str, str], text: str) -> Reply:
        server, succeeds = self.server, query.get("succeeds") != "false"
        match path.split("/")[2:]:
            case ["faults"]:
                server.payments.faults = Faults.from_json(text)
            case ["webhooks"]:
                target = json.loads(text)
                server.deliveries.secret, server.deliveries.url = target["secret"], target["url"]
            case ["deliver", event_id]:
                with server.ledger.transaction():
                    server.ledger.deliver(event_id, after=0)
            case ["authenticate", intent_id]:
                with server.ledger.transaction():
                    server.payments.authenticate(intent_id, succeeds=succeeds)
            case ["settle", refund_id]:
                with server.ledger.transaction():
                    server.payments.settle_refund(refund_id, succeeds=succeeds)
        return 200, {}

    def _guarded(self, work: Any) -> Reply:
        """Only the right key opens the API: `sk_test_` anything."""
        if self.path.startswith("/v1/") and "sk_test_" not in self.headers["Authorization"]:
            return 401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}}
        try:
            return work()
        except Refusal as refusal:
            return refusal.response
        except KeyReused:
            return 400, {"error": {"type": "idempotency_error", "message": "Key used otherwise"}}

    def _send(self, response: Reply) -> None:
        """To a caller who may have hung up meanwhile."""
        with suppress(ConnectionError):
            self._respond(*response)

    def _respond(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Says nothing: the ledger is the record."""


def _page(things: list[dict[str, Any]], query: dict[str, str], path: str) -> Reply:
    if after := query.get("starting_after"):
        ids = [thing["id"] for thing in things]
        things = things[ids.index(after) + 1 :]
    limit = int(query.get("limit", 10))
    page = {"object": "list", "url": path, "data": things[:limit], "has_more": len(things) > limit}
    return 200, page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--webhook-url", default="")
    parser.add_argument("--webhook-secret", default="")
    parser.add_argument("--faults", type=Faults.from_json, default=Faults())
    chosen = parser.parse_args()
    simulator = Simulator(
        port=chosen.port,
        ledger=chosen.ledger,
        faults=chosen.faults,
        url=chosen.webhook_url,
        secret=chosen.webhook_secret,
    )
    sys.stdout.write(f"{simulator.server_port}\n")
    sys.stdout.flush()
    simulator.serve_forever()


if __name__ == "__main__":
    main()
