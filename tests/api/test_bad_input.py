"""Bad input to every operation: a problem document of its own, nothing changed, nothing told."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.domain import Role
from congocart.kernel.ids import uuid7
from tests.api.bad_input import LONG, OPERATIONS, Operation, Probe, probes
from tests.shop import ADDRESS, DETAILS, items, new_cart, new_order, offer_shipping, stock_shelf

pytestmark = pytest.mark.django_db

INSIDES = re.compile(
    r"Traceback|psycopg|django|rest_framework|site-packages|SELECT |INSERT |UPDATE |\.py\b|"
    r"congocart\.api|_id_seq|relation \""
)
each_operation = pytest.mark.parametrize(
    "operation", [pytest.param(o, id=o.id) for o in OPERATIONS]
)


@dataclass
class World:
    """Somebody with one of everything, a stranger, an admin and a guest."""

    owner: APIClient
    stranger: APIClient
    admin: APIClient
    anonymous: APIClient
    places: dict[str, Any]

    def client_for(self, operation: Operation) -> APIClient:
        return self.admin if operation.needs_role else self.owner

    def path(self, operation: Operation, **others: str) -> str:
        path = operation.path
        for name in re.findall(r"{(\w+)}", path):
            path = path.replace(f"{{{name}}}", str(others.get(name, self.places[name])))
        return path


@pytest.fixture
def doors(client_of) -> World:
    """The same people in an empty shop: enough to be turned away."""
    names = {name for operation in OPERATIONS for name in re.findall(r"{(\w+)}", operation.path)}
    places = {name: str(uuid7()) for name in names} | {"provider": "test"}
    return World(client_of(), client_of(), client_of(Role.ADMIN), APIClient(), places)


@pytest.fixture
def world(client_of) -> World:
    stock_shelf(2, prefix="MUG")
    offer_shipping()
    owner = client_of()
    order = new_order(owner, ["MUG-0"])
    address = owner.post("/api/v1/me/addresses", ADDRESS).json()
    sessions = owner.get("/api/v1/me/sessions").json()["results"]
    bought = new_cart(owner, ["MUG-1"])
    checkout = owner.post("/api/v1/checkouts", {"cart_id": bought["id"], **DETAILS}).json()
    cart = owner.post("/api/v1/carts", {"items": items(["MUG-0"])}).json()
    admin = client_of(Role.ADMIN)
    key = admin.post("/api/v1/api-keys", {"name": "Till", "scopes": ["stock:read"]}).json()
    return World(
        owner=owner,
        stranger=client_of(),
        admin=admin,
        anonymous=APIClient(),
        places={
            "cart_id": cart["id"],
            "item_id": cart["items"][0]["id"],
            "checkout_id": checkout["id"],
            "number": order["number"],
            "slug": "thing-mug",
            "sku": "MUG-0",
            "session_id": sessions[0]["id"],
            "address_id": address["id"],
            "key_id": key["id"],
            "provider": "test",
        },
    )


def send(client: APIClient, operation: Operation, path: str, probe: Probe, **headers: str) -> Any:
    return client.generic(
        operation.method.upper(),
        f"{path}?{probe.query}" if probe.query else path,
        probe.body or b"",
        content_type=probe.content_type,
        headers=headers,
    )


def fingerprint() -> list[Any]:
    """The rows of every table, as a number for each; wrong passwords are meant to be counted."""
    tables = sorted({model._meta.db_table for model in apps.get_models()})
    tables.remove("accounts_loginfailures")
    union = " UNION ALL ".join(
        f"SELECT '{name}', count(*), coalesce(sum(hashtext(t::text)::bigint), 0) FROM {name} t"
        for name in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(union)
        return cursor.fetchall()


def faults_of(response: Any, expect: int, code: str, pointer: str | None) -> list[str]:
    """What is wrong with a refusal; an empty list when nothing is."""
    text = response.content.decode().replace(LONG, "")[:500]
    status = response.status_code
    if not expect and status < 400:
        return []
    if status >= 500 or (expect and status != expect):
        return [f"{status} instead of {expect}: {text}"]
    if response["Content-Type"] != "application/problem+json":
        return [f"no problem document: {response['Content-Type']}"]
    problem = response.json()
    pointers = [error["pointer"] for error in problem.get("errors", [])]
    named = not pointer or any(p == pointer or p.startswith(f"{pointer}/") for p in pointers)
    checks = {
        f"code {problem['code']} instead of {code}": code in ("", problem["code"]),
        f"{pointers} does not name {pointer}": named,
        f"tells its insides: {text}": not INSIDES.search(text),
        "another request id": problem["request_id"] == response["X-Request-ID"],
    }
    return [fault for fault, fine in checks.items() if not fine]


@each_operation
def test_wrong_input_is_refused_and_changes_nothing(world: World, operation: Operation):
    client, path = world.client_for(operation), world.path(operation)
    client.raise_request_exception = False
    before, faults = fingerprint(), []
    for probe in probes(operation):
        place = transaction.savepoint()
        response = send(client, operation, path, probe)
        found = faults_of(response, probe.expect, probe.code, probe.pointer)
        if response.status_code < 400:
            transaction.savepoint_rollback(place)
        faults += [f"{probe.name}: {fault}" for fault in found]

    assert fingerprint() == before
    assert not faults, "\n".join(faults)


@each_operation
def test_no_token_and_a_bad_token_are_401(doors: World, operation: Operation):
    if not operation.takes_token:
        pytest.skip("credentials are in the body")
    probe, path = Probe("as documented", body=b"{}"), doors.path(operation)
    faults = []
    for token in ("x", "a.b.c", "Bearer", LONG, "e30.e30.", "ünïcode"):
        response = send(doors.anonymous, operation, path, probe, Authorization=f"Bearer {token}")
        faults += faults_of(response, 401, "token_invalid", None)
    if operation.needs_token:
        response = send(doors.anonymous, operation, path, probe)
        faults += faults_of(response, 401, "not_authenticated", None)
    if operation.needs_role:
        response = send(doors.owner, operation, path, probe)
        faults += faults_of(response, 403, "permission_denied", None)

    assert not faults, "\n".join(faults)


FOREIGN = [
    o
    for o in OPERATIONS
    if re.search(r"{(cart|item|checkout|session|address)_id}|{number}", o.path)
]


@pytest.mark.parametrize("operation", [pytest.param(o, id=o.id) for o in FOREIGN])
def test_what_belongs_to_somebody_else_is_not_there(world: World, operation: Operation):
    if operation.needs_role:
        pytest.skip("staff see everybody's")
    before = fingerprint()
    example = operation.example if operation.schema else {}
    response = world.stranger.generic(
        operation.method.upper(),
        world.path(operation),
        json.dumps(example),
        content_type="application/json",
    )

    assert faults_of(response, 404, "not_found", None) == []
    assert fingerprint() == before


PLACED = [o for o in OPERATIONS if "{" in o.path and "provider" not in o.path]


@pytest.mark.parametrize("operation", [pytest.param(o, id=o.id) for o in PLACED])
def test_a_guessed_or_malformed_place_is_not_there(doors: World, operation: Operation):
    client, before, faults = doors.client_for(operation), fingerprint(), []
    client.raise_request_exception = False
    example = json.dumps(operation.example if operation.schema else {})
    for name in re.findall(r"{(\w+)}", operation.path):
        for guess in (str(uuid7()), "1", "..", "%00", "🫖", LONG[:3_000], "a%2Fb", "%ff"):
            path = doors.path(operation, **{name: guess})
            response = client.generic(
                operation.method.upper(), path, example, content_type="application/json"
            )
            faults += [f"{path[:80]}: {f}" for f in faults_of(response, 404, "not_found", None)]

    assert not faults, "\n".join(faults)
    assert fingerprint() == before


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS}))
def test_another_method_is_405_and_names_the_right_ones(doors: World, path: str):
    here = [operation for operation in OPERATIONS if operation.path == path]
    documented = {operation.method.upper() for operation in here}
    place = doors.path(here[0])
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - documented:
        response = doors.admin.generic(method, place)

        assert faults_of(response, 405, "method_not_allowed", None) == []
        assert documented <= set(response["Allow"].split(", "))
