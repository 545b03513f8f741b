"""`manage.py up`: the whole shop in one command.

Runs before Django is set up, because it provides the database that the settings
name, and stays small, because it lives as long as the shop does.
"""

from __future__ import annotations

import argparse
import errno
import os
import secrets
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from embedded.data_folder import ROOT, default_folder, locked
from embedded.errors import CannotRun
from embedded.introduction import introduction
from embedded.postgres import EmbeddedPostgres
from embedded.processes import finish, spawn
from embedded.supervisor import Service, StopRequested, Supervisor

HOST = "127.0.0.1"
PORT_SECONDS = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `manage.py up`."""
    parser.add_argument(
        "--port",
        default=os.environ.get("PORT") or "8000",
        help="the port to serve on (default: PORT, or 8000)",
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=default_folder(),
        help="where the shop keeps its data (default: CONGOCART_DATA_DIR, or .data in the clone)",
    )
    parser.add_argument("--no-demo", action="store_true", help="do not load the demo shop")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the shop until it is told to stop; return the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py up", description=__doc__)
    add_arguments(parser)
    options = parser.parse_args(arguments)
    try:
        return run(options.port, options.data_dir, demo=not options.no_demo)
    except StopRequested:
        _say("stopped")
        return 0
    except CannotRun as error:
        reason = str(error)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        reason = f"{where}{error.strerror or error}"
        if error.errno == errno.ENOSPC:
            reason = "the disk is full"
    print(f"congocart: {reason}", file=sys.stderr)  # noqa: T201
    return 1


def run(port_text: str, data: Path, *, demo: bool) -> int:
    """Start everything in order and supervise it. Raises `CannotRun` and `OSError`."""
    started = time.monotonic()
    folder = data.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with locked(folder, f"manage.py up --port {port_text}"), Supervisor() as supervisor:
        port = port_from(port_text)
        require_free_port(port)
        environment = _environment(folder, port)
        supervisor.environment = environment
        read_settings = [sys.executable, "-c", "import congocart.settings"]
        if finish(spawn(read_settings, environment=environment)) != 0:
            return 1
        url = ""
        if not environment.get("DATABASE_URL"):
            _say("starting PostgreSQL")
            database = EmbeddedPostgres(folder)
            supervisor.adopt(database)
            database.start()
            url = environment["DATABASE_URL"] = database.url
        manage: list[str | Path] = [sys.executable, ROOT / "manage.py"]
        # In a process of its own, which reports its progress and says why it fails.
        prepare = [*manage, "prepare", "--static", *(["--demo"] if demo else [])]
        if finish(spawn(prepare, environment=environment)) != 0:
            return 1
        supervisor.start(
            Service("server", [sys.executable, "-m", "congocart.server"]),
            Service("worker", [*manage, "worker"]),
        )
        supervisor.wait_until_serving(port)
        _say(f"ready after {time.monotonic() - started:.1f} s")
        print(introduction(port, folder, database=url, demo=demo), flush=True)  # noqa: T201
        return supervisor.watch()


def port_from(text: str) -> int:
    """Return a TCP port. Raises `CannotRun`."""
    port = int(text) if text.strip().isdecimal() and len(text) < 10 else 0
    if not 0 < port < 2**16:
        raise CannotRun(f"cannot serve on port {text}: a port is a number from 1 to 65535")
    return port


def require_free_port(port: int) -> None:
    """Raise `CannotRun` when another process listens on the port.

    Waits a little, because the server of a killed predecessor may still be finishing.
    """
    deadline = time.monotonic() + PORT_SECONDS
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise CannotRun(f"cannot serve on port {port}: {error}") from None
            else:
                return
        if time.monotonic() > deadline:
            raise CannotRun(f"port {port} is in use; choose another with --port or PORT")
        time.sleep(0.1)


def _environment(folder: Path, port: int) -> dict[str, str]:
    """Return the environment of the shop's processes; keep the secret key of a new folder in it.

    There `manage.py` finds it when it is run beside the shop.
    """
    (folder / "static").mkdir(exist_ok=True)
    secret_key = folder / "secret_key"
    if not secret_key.exists():
        new = folder / "secret_key.new"
        new.touch(mode=0o600)
        new.write_text(os.environ.get("SECRET_KEY") or secrets.token_urlsafe(48))
        new.rename(secret_key)
    return {
        "SECRET_KEY": secret_key.read_text(),
        "CONGOCART_STATIC_ROOT": str(folder / "static"),
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        "PYTHONUNBUFFERED": "1",
        # glibc would give each thread an arena of its own.
        "MALLOC_ARENA_MAX": "2",
        **os.environ,
        "HOST": HOST,
        "PORT": str(port),
        "CONGOCART_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "congocart.settings",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
    }


def _say(progress: str) -> None:
    print(f"congocart: {progress}", flush=True)  # noqa: T201
