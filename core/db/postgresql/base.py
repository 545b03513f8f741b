"""Django's PostgreSQL backend with a pool that notices a restarted server for free.

Django's own check (CONN_HEALTH_CHECKS) is a round trip for each request. A server
that has closed a connection leaves a mark on the socket, though, which one system
call finds.
"""

from __future__ import annotations

import select
from collections.abc import Iterable
from types import TracebackType
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base, client
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from psycopg import Connection
from psycopg import errors as pg

# These say nothing about our statement, but psycopg has the class of each for a bug of ours.
_UNAVAILABLE = (
    pg.ReadOnlySqlTransaction,
    pg.IdleInTransactionSessionTimeout,
    pg.TransactionTimeout,
)


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell`, which of several hosts takes the one that the shop would take."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        """Add the choice of a host to what Django tells `psql`."""
        command, environment = super().settings_to_cmd_args_env(settings_dict, parameters)
        wanted = settings_dict["OPTIONS"].get("target_session_attrs", "any")
        return command, {**(environment or {}), "PGTARGETSESSIONATTRS": wanted}


class DatabaseWrapper(base.DatabaseWrapper):
    """Replace connections of the pool that the server has closed."""

    client_class = DatabaseClient

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        """Return a connection that the server has not closed."""
        while True:
            connection: Connection[Any] = super().get_new_connection(conn_params)
            if self.pool is None or not is_closed_by_server(connection):
                return connection
            connection.close()
            self.pool.putconn(connection)

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        """Django's translation of errors, and `_ErrorWrapper`'s."""
        return _ErrorWrapper(self)


class _ErrorWrapper(DatabaseErrorWrapper):
    """Make a server that cannot do its work an `OperationalError`, as one that is away is.

    A server that became read-only is a former primary: no connection to it is used again.
    """

    def __init__(self, database: DatabaseWrapper) -> None:
        super().__init__(database)
        self.database = database

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not isinstance(exc_value, _UNAVAILABLE):
            return super().__exit__(exc_type, exc_value, traceback)
        self.database.errors_occurred = True
        if isinstance(exc_value, pg.ReadOnlySqlTransaction) and self.database.pool is not None:
            self.database.pool.drain()
        raise OperationalError(*exc_value.args).with_traceback(traceback) from exc_value


def is_closed_by_server(connection: Connection[Any]) -> bool:
    """Tell whether an idle connection has something to read: only a goodbye or the end can be."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
