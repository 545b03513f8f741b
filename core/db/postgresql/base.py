"""Django's PostgreSQL backend with a pool that notices a restarted server for free.

Django's own check (CONN_HEALTH_CHECKS) is a round trip for each request. A server
that has closed a connection leaves a mark on the socket, though, which one system
call finds.
"""

from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection


class DatabaseWrapper(base.DatabaseWrapper):
    """See above."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        """A connection that the server has not closed."""
        while True:
            connection: Connection[Any] = super().get_new_connection(conn_params)
            if self.pool is None or not is_closed_by_server(connection):
                return connection
            connection.close()
            self.pool.putconn(connection)


def is_closed_by_server(connection: Connection[Any]) -> bool:
    """An idle connection has nothing to read, except the end of the stream or a farewell."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
