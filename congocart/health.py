"""Liveness and readiness of this process."""

from __future__ import annotations

import structlog
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from core.db.migrating import RecordingExecutor
from core.db.timeouts import SELECT_IN_FORCE, are_in_force
from core.errors import Unavailable
from core.http.counters import redis_state
from core.http.error_pages import read_only
from core.http.problems import problem_response

log = structlog.get_logger(__name__)

_migrated = False


@never_cache
@read_only
def livez(request: HttpRequest) -> JsonResponse:
    """Respond without touching anything: a process that responds need not be restarted."""
    return JsonResponse({"status": "ok"})


@never_cache
@read_only
def readyz(request: HttpRequest) -> HttpResponse:
    """Return 200 if the database responds and is migrated, else 503.

    Redis is not asked, so it keeps no one waiting: this says how the last request found it.
    """
    checks = {**_database_state(), "redis": redis_state()}
    if checks["database"] != "ok":
        return problem_response(Unavailable("The shop cannot serve yet.", checks=checks))
    return JsonResponse({"status": "ok", "checks": checks})


def _database_state() -> dict[str, str]:
    """Return whether the shop can serve, and whether what bounds a stuck session is in force.

    Without those bounds it serves as well as with them, until something hangs.
    """
    global _migrated  # noqa: PLW0603
    try:
        with connection.cursor() as cursor:
            cursor.execute(SELECT_IN_FORCE)
            bounded = are_in_force(cursor.fetchone())
        # Checked until it is true; this process needs no migration that comes later.
        if not _migrated:
            _migrated = not RecordingExecutor(connection).pending()
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is not ready
        log.warning("not ready", error=type(error).__name__)
        return {"database": "unavailable"}
    return {
        "database": "ok" if _migrated else "not migrated",
        "time_limits": "ok" if bounded else "not in force: run manage.py prepare",
    }
