"""Supervise the processes of a shop: restart what dies, stop everything in order."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from embedded.errors import CannotRun
from embedded.postgres import EmbeddedPostgres
from embedded.processes import spawn

POLL_SECONDS = 0.1
READY_SECONDS = 60.0
STOP_SECONDS = 30.0
LONGEST_BACKOFF = 30.0
# A process that has lived this long starts again at the shortest backoff.
SETTLED_SECONDS = 60.0


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM or SIGHUP arrived; raised wherever the supervisor is at that moment."""


@dataclass
class Service:
    """A process that is restarted when it dies."""

    name: str
    command: Sequence[str | Path]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = field(default=0)
    due_at: float = 0.0

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the process now."""
        self.started_at = time.monotonic()
        self.process = spawn(self.command, environment=environment)

    def note_death(self) -> float:
        """Decide when to restart it; return the seconds until then."""
        now = time.monotonic()
        self.failures = 0 if now - self.started_at > SETTLED_SECONDS else self.failures
        delay = min(LONGEST_BACKOFF, 2.0**self.failures) if self.failures else 0.0
        self.failures += 1
        self.due_at = now + delay
        self.process = None
        return delay


class Supervisor:
    """A context in which the processes of a shop live; leaving it ends them.

    The services stop first and together: the server finishes the requests in
    flight, the worker its jobs. The database is last. A second signal cuts the
    waiting short.
    """

    def __init__(self) -> None:
        self.environment: Mapping[str, str] = os.environ
        self.database: EmbeddedPostgres | None = None
        self.services: list[Service] = []
        self.stopping = False
        self.hurried = False

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Under nohup the hang-up of the terminal is to be ignored, and stays so.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stopping = True
        running = [service.process for service in self.services if service.process]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while any(process.poll() is None for process in running):
            if self.hurried or time.monotonic() > deadline:
                break
            time.sleep(0.01)
        for process in running:
            _kill_group(process)
            process.wait()
        if self.database:
            self.database.stop()

    def adopt(self, database: EmbeddedPostgres) -> None:
        """Make `database` the last to stop."""
        self.database = database

    def start(self, *services: Service) -> None:
        """Start services and supervise them from now on."""
        for service in services:
            self.services.append(service)
            service.start(self.environment)

    def wait_until_serving(self, port: int) -> None:
        """Return when the server reports that it is ready. Raises `CannotRun`."""
        deadline = time.monotonic() + READY_SECONDS
        while not _is_ready(port):
            if time.monotonic() > deadline:
                raise CannotRun(f"the server was not ready in {READY_SECONDS:.0f} s")
            if not self._tend():
                raise CannotRun("PostgreSQL has stopped unexpectedly")
            time.sleep(POLL_SECONDS)

    def watch(self) -> int:
        """Keep the services running; return 1 when the database dies."""
        while self._tend():
            time.sleep(POLL_SECONDS)
        return 1

    def _tend(self) -> bool:
        """Restart the services that have died and are due; return False if the database is gone."""
        database = self.database and self.database.process
        if database and (code := database.poll()) is not None:
            _report(f"PostgreSQL {_ended(code)}; stopping")
            return False
        for service in self.services:
            if service.process is None:
                if time.monotonic() >= service.due_at:
                    service.start(self.environment)
            elif (code := service.process.poll()) is not None:
                _kill_group(service.process)
                delay = service.note_death()
                _report(f"the {service.name} {_ended(code)}; restarting it in {delay:.0f} s")
        return True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:
            self.hurried = True
            return
        self.stopping = True
        raise StopRequested


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what a process may have left behind; each has a process group of its own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _ended(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _report(event: str) -> None:
    print(f"congocart: {event}", file=sys.stderr, flush=True)  # noqa: T201
