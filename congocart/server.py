"""The HTTP server: `python -m congocart.server`.

Granian serves the WSGI application from several processes of several threads.
Why granian, and why these numbers: docs/adr/0012-application-server.md.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import get_resolver
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings, HTTP2Settings
from granian.log import LogLevels

from congocart.processes import die_with_parent
from congocart.wsgi import application

DRAIN_SECONDS = 25
# A request's first line and headers together; more is refused with 431. At most 100 headers.
HEADER_BYTES = 64 * 1024
HEADER_SECONDS = 15


def default_workers() -> int:
    """Return one process for each processor that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_worker(target: str) -> Callable[..., Any]:
    """Return the application in a worker, which from now on dies with its master."""
    die_with_parent(signal.SIGTERM)
    return application


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
        "congocart.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=settings.SERVER_WORKERS or default_workers(),
        blocking_threads=settings.SERVER_THREADS,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=DRAIN_SECONDS,
        http1_settings=HTTP1Settings(
            max_buffer_size=HEADER_BYTES, header_read_timeout=HEADER_SECONDS * 1000
        ),
        http2_settings=HTTP2Settings(max_headers_size=HEADER_BYTES),
        # Its warning about a worker that will not stop is also given for one that just has.
        log_level=LogLevels.error,
    )
    load_before_forking()
    multiprocessing.set_start_method("fork")
    server.serve(target_loader=in_worker)


if __name__ == "__main__":
    main()
