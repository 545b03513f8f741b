"""The settings of the test run.

Without DATABASE_URL the tests get a PostgreSQL of their own, which is thrown away.
This is the place to start it, because Django's settings name it; pytest-xdist's
workers inherit the variable, and with it the one that the first process started.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from congocart.production import DEVELOPMENT_SECRET
from embedded.postgres import EmbeddedPostgres


def _start_postgres() -> str:
    folder = Path(tempfile.mkdtemp(prefix="congocart-tests-"))
    database = EmbeddedPostgres(folder, durable=False)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(database.stop)
    database.start()
    return database.url


# Not the one that a shop in this clone keeps: it may come into being while the tests run.
os.environ.setdefault("SECRET_KEY", DEVELOPMENT_SECRET)
if not os.environ.get("DATABASE_URL"):
    os.environ["DATABASE_URL"] = _start_postgres()

from congocart.settings import *  # noqa: E402, F403 - it reads DATABASE_URL
from congocart.settings import DATABASES, STORAGES  # noqa: E402

# Many tests are one transaction, in which they may wait for a process for as long as it takes.
DATABASES["default"]["OPTIONS"]["options"] = "-c idle_in_transaction_session_timeout=0"

_pictures = tempfile.mkdtemp(prefix="congocart-tests-media-")
atexit.register(shutil.rmtree, _pictures, ignore_errors=True)
STORAGES["media"] = {**STORAGES["media"], "OPTIONS": {"location": _pictures}}
