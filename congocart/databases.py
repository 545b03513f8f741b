"""What `DATABASE_URL` means: to Django, and when the database's machine vanishes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

# A machine that vanishes says no goodbye: TCP alone would wait a quarter of an hour for it.
# Seconds, but for `tcp_user_timeout`, which is in milliseconds.
TIMEOUTS = {
    "connect_timeout": 3,
    "tcp_user_timeout": 4000,
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
}
# Django's and psycopg's own options, which libpq does not know.
_OWN_OPTIONS: dict[str, Callable[[str], Any]] = {
    "assume_role": str,
    "isolation_level": int,
    "prepare_threshold": int,
    "server_side_binding": lambda text: text.lower() in {"1", "on", "true", "yes"},
}
_PLACES = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}


def database_settings(url: str, *, pool_size: int) -> dict[str, Any]:
    """Return Django's settings of the database at `url`, whose options win over `TIMEOUTS`.

    libpq's own parser reads the URL, so it means here what it means to `psql`: several hosts,
    IPv6 addresses and Unix sockets too. Raises `ImproperlyConfigured`, which quotes nothing of
    the URL, because it may hold a password.
    """
    place, mark, query = url.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&")]
    theirs = "&".join("".join(pair) for pair in pairs if pair[0] not in _OWN_OPTIONS)
    try:
        own = {
            name: _OWN_OPTIONS[name](unquote(text))
            for name, _, text in pairs
            if name in _OWN_OPTIONS
        }
        found = conninfo_to_dict(place + mark * bool(theirs) + theirs)
    except (ValueError, psycopg.ProgrammingError):
        raise ImproperlyConfigured(
            "DATABASE_URL is not like postgres://user:password@host:5432/database?option=value"
        ) from None
    return {
        "ENGINE": "core.db.postgresql",
        **{ours: str(found.pop(name, "")) for ours, name in _PLACES.items()},
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            **TIMEOUTS,
            **found,
            **own,
            "pool": {
                "min_size": 0,
                "max_size": pool_size,
                "timeout": 10,
                # A connection that fails is tried again, less and less often, for so long: then
                # the next request begins anew, and a database that is back is used at once.
                "reconnect_timeout": 5,
            },
        },
    }
