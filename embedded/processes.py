"""Child processes that do not outlive their parent."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from congocart.processes import die_with_parent


def spawn(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    output: IO[bytes] | int | None = None,
    signal_on_parent_death: signal.Signals = signal.SIGTERM,
    before_exec: Callable[[], None] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own, so that Ctrl-C reaches the supervisor alone.

    `output` takes both stdout and stderr. Must be called from the main thread:
    the kernel takes the death of the thread that started a child for its parent's.
    """
    parent = os.getpid()

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if before_exec:
            before_exec()
        # Last, because changing the user clears it.
        die_with_parent(signal_on_parent_death)
        if os.getppid() != parent:
            os._exit(1)

    return subprocess.Popen(  # noqa: S603 -- our own commands
        [str(part) for part in command],
        env=environment,
        cwd=directory,
        stdin=stdin,
        stdout=output,
        stderr=output,
        start_new_session=True,
        preexec_fn=prepare,  # noqa: PLW1509 -- the supervisor has one thread
    )


def finish(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of `process` and return its exit code; stop it when interrupted."""
    try:
        return process.wait()
    except BaseException:
        stop(process, within=5)
        raise


def stop(
    process: subprocess.Popen[bytes], number: signal.Signals = signal.SIGTERM, *, within: float
) -> bool:
    """Send `number` and wait `within` seconds; return False when SIGKILL had to follow."""
    if process.poll() is not None:
        return True
    process.send_signal(number)
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False
    return True
