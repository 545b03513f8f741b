"""A shop started as an operator starts it, in processes of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def own_environment() -> dict[str, str]:
    """Ours without what would lead to the database of these tests, or give it its key."""
    leads = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PORT", "SECRET_KEY"}
    return {name: value for name, value in os.environ.items() if name not in leads}


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not so after {seconds} s"
        time.sleep(0.05)


def is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


class Shop:
    """`manage.py up` on one data folder."""

    def __init__(self, data: Path, *, output: Path, port: int = 0, **environment: str) -> None:
        self.data = data
        self.port = port or free_port()
        self.output = output
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self, *, demo: bool = False) -> None:
        """Starts and does not wait."""
        kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "PORT"}}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    sys.executable, ROOT / "manage.py", "up",
                    "--port", str(self.port), "--data-dir", self.data,
                    *([] if demo else ["--no-demo"]),
                ],
                env={**kept, "CONGOCART_ACCESS_LOG": "off", **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip

    def start(self, *, demo: bool = False) -> float:
        """Returns the seconds until the shop said that it is ready."""
        started = time.monotonic()
        self.launch(demo=demo)
        until(lambda: "ready after" in self.said() or self.running.poll() is not None)
        assert self.running.poll() is None, self.said()
        return time.monotonic() - started

    @property
    def running(self) -> subprocess.Popen[bytes]:
        assert self.process is not None
        return self.process

    def said(self) -> str:
        return self.output.read_text()

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=20)

    def post(self, path: str, body: dict[str, object]) -> httpx.Response:
        return httpx.post(f"http://127.0.0.1:{self.port}{path}", json=body, timeout=20)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.running.pid).children(recursive=True)

    def seconds_of_work(self) -> float:
        """Processor time of all processes so far, those that have ended included."""
        used = [
            process.cpu_times() for process in [psutil.Process(self.running.pid), *self.family()]
        ]
        ended = used[0].children_user + used[0].children_system
        return ended + sum(times.user + times.system for times in used)

    def child(self, *words: str) -> psutil.Process:
        """The direct child of `up` whose command line has all of `words`."""
        found = self.children(*words)
        assert len(found) == 1
        return found[0]

    def children(self, *words: str) -> list[psutil.Process]:
        return [
            process
            for process in psutil.Process(self.running.pid).children()
            if all(word in " ".join(process.cmdline()) for word in words)
        ]

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Sends a signal; returns the exit code. Asserts that no process stays behind."""
        family = self.family()
        self.running.send_signal(number)
        code = self.running.wait(PATIENCE)
        assert_gone(family)
        return code

    def kill(self) -> None:
        """SIGKILL for `up` itself and nothing else."""
        self.running.kill()
        self.running.wait()

    def clean_up(self) -> None:
        """Ends whatever a failed test has left."""
        if self.process is None:
            return
        family = self.family() if self.process.poll() is None else []
        self.process.terminate()
        self.process.wait(PATIENCE)
        _, alive = psutil.wait_procs(family, timeout=10)
        for process in alive:
            process.kill()


def assert_gone(family: list[psutil.Process], seconds: float = 0.5) -> None:
    deadline = time.monotonic() + seconds
    while left := [named for process in family if (named := still_running(process))]:
        assert time.monotonic() < deadline, f"still there after {seconds} s: {left}"
        time.sleep(0.05)


def still_running(process: psutil.Process) -> str | None:
    """What it is; None for a zombie: it has ended, its new parent has not noticed yet."""
    with suppress(psutil.NoSuchProcess):
        status = process.status()
        if status != psutil.STATUS_ZOMBIE:
            return f"{process.pid} {status}: {' '.join(process.cmdline())}"
    return None
