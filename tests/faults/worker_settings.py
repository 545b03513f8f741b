"""A shop whose workers know the jobs of the worker tests too."""

from __future__ import annotations

from congocart.settings import *  # noqa: F403

PROCRASTINATE_IMPORT_PATHS = ["tests.faults.jobs"]
