"""Bad input to every operation: a problem document of its own, nothing changed, nothing told."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from rest_framework.test import APIClient

from core.ids import uuid7
from tests.api.bad_input import LONG, OPERATIONS, Operation, Probe, World, probes

pytestmark = pytest.mark.django_db

INSIDES = re.compile(
    r"Traceback|psycopg|django|rest_framework|site-packages|SELECT |INSERT |UPDATE |\.py\b|"
    r"congocart\.api|_id_seq|relation \""
)
each_operation = pytest.mark.parametrize(
    "operation", [pytest.param(o, id=o.id) for o in OPERATIONS]
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
        cursor.execute(f"{union} ORDER BY 1")  # which workers may have done in any order
        return cursor.fetchall()


def faults_of(response: Any, expect: int, code: str, pointer: str | None) -> list[str]:
    """What is wrong with a refusal; an empty list when nothing is."""
    text = response.getvalue().decode().replace(LONG, "")[:500]
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


WRITES = [o for o in OPERATIONS if o.method != "get" and o.id != "receivePaymentWebhook"]


@pytest.mark.parametrize("operation", [pytest.param(o, id=o.id) for o in WRITES])
def test_an_idempotency_key_that_is_none_is_refused(world: World, operation: Operation):
    client, path = world.client_for(operation), world.path(operation)
    body, content_type = operation.request
    before, faults = fingerprint(), []
    for key in ("", "k" * 256, "k" * 300, "caf\u00e9", "a\tb"):
        probe = Probe("", body, content_type)
        response = send(client, operation, path, probe, **{"Idempotency-Key": key})
        faults += faults_of(response, 400, "invalid_idempotency_key", None)

    assert not faults, "\n".join(faults)
    assert fingerprint() == before


FOREIGN = [
    o
    for o in OPERATIONS
    if re.search(r"{(cart|item|checkout|session|address)_id}|{number}", o.path)
]


@pytest.mark.parametrize("operation", [pytest.param(o, id=o.id) for o in FOREIGN])
def test_what_belongs_to_someone_else_is_not_there(world: World, operation: Operation):
    if operation.needs_role:
        pytest.skip("staff see everyone's")
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
    example, content_type = operation.request
    for name in re.findall(r"{(\w+)}", operation.path):
        for guess in (str(uuid7()), "1", "..", "%00", "🫖", LONG[:3_000], "a%2Fb", "%ff"):
            path = doors.path(operation, **{name: guess})
            response = client.generic(
                operation.method.upper(), path, example, content_type=content_type
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
