"""Groups of customers over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from accounts.models import CustomerGroup, User
from accounts.services import erase_user
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
PATH = "/api/v1/customer-groups"
TRADE = {"code": "trade", "title": "Trade"}
ClientOf = Callable[..., APIClient]


@pytest.fixture
def manager(client_of: ClientOf) -> APIClient:
    return client_of(Role.MANAGER)


def test_a_group_is_created_listed_and_deleted(manager: APIClient) -> None:
    created = manager.post(PATH, TRADE)
    assert (created.status_code, created.json()) == (201, TRADE)
    assert manager.get(PATH).json()["results"] == [TRADE]
    again = manager.post(PATH, TRADE)
    assert (again.status_code, again.json()["code"]) == (409, "code_taken")
    assert manager.delete(f"{PATH}/trade").status_code == 204
    assert manager.delete(f"{PATH}/trade").status_code == 404
    assert manager.delete(f"{PATH}/no%00ne").status_code == 404


@pytest.mark.parametrize("code", ["", "a b", "a/b", "x" * 51, None, 5])
def test_a_bad_code_is_refused(manager: APIClient, code: Any) -> None:
    refused = manager.post(PATH, TRADE | {"code": code})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/code"


def test_members_come_and_go_and_again_changes_nothing(
    manager: APIClient, client_of: ClientOf
) -> None:
    manager.post(PATH, TRADE)
    ada = User.objects.get(pk=client_of().user_id)
    member = f"{PATH}/trade/members/{ada.pk}"
    for _ in range(2):
        assert manager.put(member).status_code == 204
        assert [group.code for group in ada.customer_groups.all()] == ["trade"]
    for _ in range(2):
        assert manager.delete(member).status_code == 204
        assert not ada.customer_groups.exists()
    assert manager.put(f"{PATH}/none/members/{ada.pk}").status_code == 404
    assert manager.put(f"{PATH}/trade/members/{uuid4()}").status_code == 404


@pytest.mark.parametrize("role", [None, Role.CUSTOMER, Role.SUPPORT, Role.FULFILLMENT])
def test_only_managers_see_and_change_groups(
    client: APIClient, client_of: ClientOf, role: Role | None
) -> None:
    caller, refused = (client_of(role), 403) if role else (client, 401)
    assert caller.get(PATH).status_code == refused
    assert caller.post(PATH, TRADE).status_code == refused
    assert caller.put(f"{PATH}/trade/members/{uuid4()}").status_code == refused


def test_what_is_known_of_a_person_names_their_groups_and_erasing_leaves_them(
    manager: APIClient, client_of: ClientOf
) -> None:
    group = CustomerGroup.objects.create(**TRADE)
    customer = client_of()
    group.members.add(customer.user_id)  # type: ignore[attr-defined]
    exported = customer.get("/api/v1/me/export").json()
    assert exported["account"]["customer_groups"] == ["trade"]
    erase_user(user_id=customer.user_id, password=PASSWORD, now=timezone.now())  # type: ignore[attr-defined]
    assert not group.members.exists()
    assert manager.put(f"{PATH}/trade/members/{customer.user_id}").status_code == 404  # type: ignore[attr-defined]
