"""The HTTP server: `python -m congocart.server`.

Granian serves the ASGI application from several processes, each with several threads of Django.
Why granian, and why these numbers: docs/adr/0012-application-server.md.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import get_resolver
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from congocart.asgi import application
from congocart.processes import die_with_parent

DRAIN_SECONDS = 25
# A request's first line and headers together; more is refused with 431. At most 100 headers.
HEADER_BYTES = 64 * 1024
HEADER_SECONDS = 10
# A client that takes nothing of its response for so long loses the connection.
UNREAD_SECONDS = 10


def default_workers() -> int:
    """Return one process for each processor that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_worker(target: str) -> Callable[..., Any]:
    """Return the application in a worker, which from now on dies with its master."""
    die_with_parent(signal.SIGTERM)
    # Runs once the worker listens, before it serves.
    asyncio.get_event_loop().call_soon(end_unread_responses)
    return application


def end_unread_responses() -> None:
    """Have the kernel end a connection whose client takes nothing for `UNREAD_SECONDS`.

    Granian has no limit for that. The listening socket is asked (tcp(7), TCP_USER_TIMEOUT),
    because the accepted ones inherit it. Linux only.
    """
    for place in Path("/proc/self/fd").iterdir() if sys.platform == "linux" else ():
        with contextlib.suppress(OSError):  # It is no socket, or was the listing itself.
            given = socket.socket(fileno=int(place.name))
            if given.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                milliseconds = UNREAD_SECONDS * 1000
                given.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
            given.detach()


def load_before_forking() -> None:
    """Load everything that requests need, so that the workers share its memory with the master.

    Views are otherwise loaded by the first request. The garbage collector must not
    touch what is shared, because touching is copying.
    """
    get_resolver().url_patterns  # noqa: B018 -- a property that loads
    gc.collect()
    gc.freeze()


def delete_old_metrics() -> None:
    """Delete the metrics of earlier processes: counters start at zero with the server."""
    if directory := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        Path(directory).mkdir(parents=True, exist_ok=True)
        for file in Path(directory).glob("*.db"):
            file.unlink()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests in flight."""
    parser = argparse.ArgumentParser(prog="python -m congocart.server")
    parser.add_argument("--host", default=settings.HOST)
    parser.add_argument("--port", type=int, default=settings.PORT)
    options = parser.parse_args(arguments)
    if not settings.DATABASE_URL:
        sys.exit("congocart: DATABASE_URL is not set; `manage.py up` brings a database of its own")
    delete_old_metrics()
    server = Granian(
        "congocart.asgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.SERVER_WORKERS or default_workers(),
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=DRAIN_SECONDS,
        http1_settings=HTTP1Settings(
            max_buffer_size=HEADER_BYTES, header_read_timeout=HEADER_SECONDS * 1000
        ),
        # Its warning about a worker that will not stop is also given for one that just has.
        log_level=LogLevels.error,
    )
    load_before_forking()
    multiprocessing.set_start_method("fork")
    server.serve(target_loader=in_worker)


if __name__ == "__main__":
    main()
