"""The folder in which a shop of `manage.py up` keeps its data, used by one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from embedded.errors import CannotRun

ROOT = Path(__file__).resolve().parents[1]


class InUse(CannotRun):
    """Another process holds the folder's lock."""


def default_folder() -> Path:
    """Return the folder named by CONGOCART_DATA_DIR, or `.data` in this clone."""
    return Path(os.environ.get("CONGOCART_DATA_DIR") or ROOT / ".data")


@contextlib.contextmanager
def locked(folder: Path, command: str) -> Iterator[None]:
    """Hold the folder's lock; the kernel drops it when this process ends, however it ends.

    Raises `InUse`, which names the command that holds it.
    """
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise InUse(f"a shop is already running on {folder}: {lock.read()}") from None
        lock.truncate(0)
        print(f"`{command}`, process {os.getpid()}", file=lock, end="", flush=True)
        yield
