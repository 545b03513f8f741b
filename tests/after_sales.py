"""What tests do about an order once it is placed."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from core.db.invariants import declared_checks, run_checks


def act(client: APIClient, number: str, path: str, **body: Any) -> dict[str, Any]:
    """The answer to a step, which has to succeed."""
    response = client.post(f"/api/v1/orders/{number}/{path}", body)
    assert response.status_code < 300, response.content
    return dict(response.json())


def send(manager: APIClient, number: str, **body: Any) -> str:
    """The path of what was sent, below its order's; all that is left unless items are named."""
    sent = act(manager, number, "fulfillments", **body)
    return f"fulfillments/{sent['fulfillments'][-1]['id']}"


def read(client: APIClient, number: str) -> dict[str, Any]:
    """The order as the client may see it."""
    return dict(client.get(f"/api/v1/orders/{number}").json())


def broken_invariants() -> list[str]:
    """The names of the checks that find something, within the test's own transaction."""
    checked = run_checks(declared_checks(), now=timezone.now())
    return [found.check for found in checked if found.violations]
