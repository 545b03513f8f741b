"""The settings of a release that has a few migrations more."""

from __future__ import annotations

from congocart.settings import *  # noqa: F403

MIGRATION_MODULES = {"orders": "tests.next_release.orders"}
