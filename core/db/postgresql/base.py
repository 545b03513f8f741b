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
    """Replace connections of the pool that the server has closed."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection[Any]:
        """Return a connection that the server has not closed."""
        while True:
            connection: Connection[Any] = super().get_new_connection(conn_params)
            if self.pool is None or not is_closed_by_server(connection):
                return connection
            connection.close()
            self.pool.putconn(connection)


def is_closed_by_server(connection: Connection[Any]) -> bool:
    """Tell whether an idle connection has something to read: only a goodbye or the end can be."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
