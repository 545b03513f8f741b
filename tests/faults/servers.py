"""Database servers of a test: their settings, and sessions on them."""

from __future__ import annotations

from typing import Any

import psycopg

from embedded.postgres import DATABASE, EmbeddedPostgres


def configure(server: EmbeddedPostgres, **settings: str) -> None:
    with (server.data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())


def connect(server: EmbeddedPostgres, user: str = "postgres") -> psycopg.Connection[Any]:
    return psycopg.connect(host=str(server.sockets), dbname=DATABASE, user=user, autocommit=True)
