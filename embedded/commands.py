"""A command of `manage.py` on this clone's own database, beside a running shop or without one."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from congocart.commands import needs_database, run
from embedded.data_folder import InUse, default_folder, locked
from embedded.errors import CannotRun
from embedded.postgres import EmbeddedPostgres

# For a shop that is just starting or stopping.
PATIENCE_SECONDS = 10.0


def main(arguments: Sequence[str]) -> None:
    """Run a command of Django; a reason why it cannot run is one line, with exit code 1."""
    with contextlib.ExitStack() as stack:
        if needs_database(arguments):
            try:
                name = f"manage.py {arguments[1]}"
                database = stack.enter_context(running_database(default_folder().resolve(), name))
            except (CannotRun, OSError) as error:
                sys.exit(f"congocart: {error}")
            os.environ["DATABASE_URL"] = database.url
            # For `dbshell`: the programs of the same version, where the machine has none.
            os.environ["PATH"] = os.pathsep.join(
                [os.environ.get("PATH", os.defpath), str(database.binaries)]
            )
        run(arguments)


@contextlib.contextmanager
def running_database(folder: Path, command: str) -> Iterator[EmbeddedPostgres]:
    """Give the database in `folder`: the running shop's, else one that runs until the end.

    Who started it stops it, after the commands that have joined. Raises `CannotRun`.
    """
    if not (folder / "postgres").exists():
        raise CannotRun(f"there is no shop in {folder} yet: begin with `make run`")
    database = EmbeddedPostgres(folder)
    deadline = time.monotonic() + PATIENCE_SECONDS
    with contextlib.ExitStack() as stack:
        joined = stack.enter_context((folder / "joined").open("w"))
        fcntl.flock(joined, fcntl.LOCK_SH)
        while True:
            try:
                stack.enter_context(locked(folder, command))
            except InUse as in_use:
                if database.is_ready():
                    break
                if time.monotonic() > deadline:
                    raise CannotRun(f"{in_use}, and its database does not respond") from None
                time.sleep(0.05)
            else:
                stack.callback(database.stop)
                database.start()
                stack.callback(fcntl.flock, joined, fcntl.LOCK_EX)
                break
        yield database
