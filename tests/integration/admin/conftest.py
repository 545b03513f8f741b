from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.domain import Role
from tests.integration.admin.rows import person


@pytest.fixture
def browser_of(db: None) -> Callable[..., Client]:
    """Makes browsers: `browser_of(Role.SUPPORT)` is logged in as someone with that role alone."""

    def log_in(*roles: Role) -> Client:
        client = Client()
        client.user = person(f"{'-'.join(roles) or 'nobody'}@example.com", *roles)
        client.force_login(client.user)
        return client

    return log_in


@pytest.fixture
def boss(browser_of: Callable[..., Client]) -> Client:
    """A browser of someone with the role admin."""
    return browser_of(Role.ADMIN)
