"""Liveness and readiness of this process."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from psycopg.errors import ReadOnlySqlTransaction

from core.db.migrating import RecordingExecutor
from core.db.secret_keys import record_secret_key, shares_secret_key
from core.db.timeouts import check_timeouts
from core.errors import Unavailable
from core.http.counters import redis_state
from core.http.error_pages import read_only
from core.http.problems import problem_response

log = structlog.get_logger(__name__)

_migrated = False
_recorded = False


@never_cache
@read_only
def livez(request: HttpRequest) -> JsonResponse:
    """Respond without touching anything: a process that responds need not be restarted."""
    return JsonResponse({"status": "ok"})


@never_cache
@read_only
def readyz(request: HttpRequest) -> HttpResponse:
    """Return 200 if the database takes writes, is migrated and has our SECRET_KEY, else 503.

    Redis is not asked, so it keeps no one waiting: this says how the last request found it.
    Without its time limits the database serves as well, until a session hangs.
    """
    checks = {"database": _result(_check_database)}
    if checks["database"] == "ok":
        checks["secret_key"] = _result(_check_secret_key)
        checks["time_limits"] = _result(check_timeouts)
    checks["redis"] = redis_state()
    if not checks["database"] == checks.get("secret_key") == "ok":
        return problem_response(
            Unavailable("The shop cannot serve yet.", retry_after=1, checks=checks)
        )
    return JsonResponse({"status": "ok", "checks": checks})


def _result(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is not ready
        log.warning("not ready", check=check.__name__, error=type(error).__name__)
        return "unavailable"


def _check_database() -> str:
    global _migrated  # noqa: PLW0603
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        if cursor.fetchone() == ("on",):
            # Raised as if the check had written, so that no connection to this server stays.
            raise ReadOnlySqlTransaction("a standby, or a primary that was set so")
    # Checked until it is true; this process needs no migration that comes later.
    if not _migrated:
        _migrated = not RecordingExecutor(connection).pending()
    return "ok" if _migrated else "not migrated"


def _check_secret_key() -> str:
    global _recorded  # noqa: PLW0603
    # Once for each process, so that processes in the middle of a rotation do not take turns.
    _recorded = _recorded or record_secret_key()
    return "ok" if _recorded and shares_secret_key() else "not the one of the other servers"
