"""The provider's ledger: a SQLite file that has been flushed to disk before anybody is answered."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, parent TEXT, created REAL NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_parent ON objects (parent);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, due REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'waiting'
);
"""

Reply = tuple[int, dict[str, Any]]


class KeyReused(Exception):
    """The same idempotency key came with another request."""


class Ledger:
    """One writer at a time; what `book` has returned survives a SIGKILL."""

    def __init__(self, path: Path) -> None:
        """Opens, or makes, the file at `path`."""
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)

    def book(self, *, key: str | None, request: str, effect: Callable[[], Reply]) -> Reply:
        """The answer to a request: of the effect, or of the first time that `key` was seen.

        Raises `KeyReused`. Effect and response are written together.
        """
        with self.transaction():
            seen = key and self._one("SELECT request, status, body FROM answers WHERE key = ?", key)
            if seen:
                if seen[0] != request:
                    raise KeyReused
                return seen[1], json.loads(seen[2])
            status, body = effect()
            if key:
                self._db.execute(
                    "INSERT INTO answers VALUES (?, ?, ?, ?)",
                    (key, request, status, json.dumps(body)),
                )
            return status, body

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, one at a time."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def put(self, thing: dict[str, Any], *, parent: str | None = None) -> None:
        """Stores an object, new or changed, inside a transaction."""
        self._db.execute(
            "INSERT INTO objects VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (thing["id"], thing["object"], parent, thing["created"], json.dumps(thing)),
        )

    def get(self, object_id: str) -> dict[str, Any] | None:
        """The object with this id."""
        row = self._one("SELECT body FROM objects WHERE id = ?", object_id)
        return json.loads(row[0]) if row else None

    def every(self, kind: str, *, parent: str | None = None) -> list[dict[str, Any]]:
        """The objects of a kind, newest first."""
        sql = "SELECT body FROM objects WHERE kind = ? AND (? IS NULL OR parent = ?)"
        rows = self._all(sql + " ORDER BY rowid DESC", kind, parent, parent)
        return [json.loads(row[0]) for row in rows]

    def deliver(self, event_id: str, *, after: float) -> None:
        """Plans a delivery of an event in so many seconds."""
        self._db.execute(
            "INSERT INTO deliveries (event_id, due) VALUES (?, ?)", (event_id, time.time() + after)
        )

    def claim_delivery(self, *, for_seconds: float) -> tuple[int, int, dict[str, Any]] | None:
        """Id, number of attempts before and event of a delivery that is due, or None."""
        with self.transaction():
            row = self._one(
                "SELECT id, attempts, event_id FROM deliveries"
                " WHERE state = 'waiting' AND due <= ? ORDER BY due LIMIT 1",
                time.time(),
            )
            if row is None:
                return None
            self._db.execute(
                "UPDATE deliveries SET due = ? WHERE id = ?", (time.time() + for_seconds, row[0])
            )
            return row[0], row[1], self.get(row[2]) or {}

    def delivered(self, delivery_id: int) -> None:
        """The shop has answered 2xx."""
        with self.transaction():
            self._db.execute(
                "UPDATE deliveries SET state = 'done', attempts = attempts + 1 WHERE id = ?",
                (delivery_id,),
            )

    def refused(self, delivery_id: int, *, again_in: float | None) -> None:
        """The shop did not take it; None gives up."""
        with self.transaction():
            self._db.execute(
                "UPDATE deliveries SET attempts = attempts + 1, due = ?, state = ? WHERE id = ?",
                (
                    time.time() + (again_in or 0),
                    "given up" if again_in is None else "waiting",
                    delivery_id,
                ),
            )

    def delivery_states(self) -> dict[str, int]:
        """How many deliveries are `waiting`, `done` and `given up`."""
        return dict(self._all("SELECT state, count(*) FROM deliveries GROUP BY state"))

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        with self._lock:
            return self._db.execute(sql, values).fetchone()

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()
