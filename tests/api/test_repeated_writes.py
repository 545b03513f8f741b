"""Every write, sent twice with one Idempotency-Key, is done once and answered alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.domain import Device
from accounts.models import User
from accounts.services import log_in
from accounts.tokens.signed_links import Purpose, sign_link_token
from tests.api.bad_input import OPERATIONS, Operation, World
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

# The events of payment providers have ids of their own, and are applied once by those.
WRITES = [o for o in OPERATIONS if o.method != "get" and o.id != "receivePaymentWebhook"]


def owner_of(world: World) -> User:
    return User.objects.get(pk=world.owner.user_id)


def refresh_of(world: World) -> dict[str, str]:
    email = owner_of(world).email
    pair = log_in(email=email, password=PASSWORD, device=Device(), now=timezone.now())
    return {"refresh": pair.refresh}


# What has to be true of a body before its operation gets as far as doing something.
PROOFS: dict[str, Callable[[World], dict[str, str]]] = {
    "changePassword": lambda world: {"current_password": PASSWORD},
    "resetPassword": lambda world: {
        "token": sign_link_token(Purpose.RESET_PASSWORD, owner_of(world))
    },
    "createToken": lambda world: {"email": owner_of(world).email, "password": PASSWORD},
    "refreshToken": refresh_of,
    "logout": refresh_of,
    "eraseMe": lambda world: {"password": PASSWORD},
    "changeEmail": lambda world: {"password": PASSWORD},
    "startMfa": lambda world: {"password": PASSWORD},
    "stopMfa": lambda world: {"password": PASSWORD},
}


@pytest.mark.parametrize("operation", [pytest.param(o, id=o.id) for o in WRITES])
def test_a_repeated_write_is_answered_with_the_first_answer(world: World, operation: Operation):
    body = operation.example if operation.schema else {}
    body |= PROOFS.get(operation.id, lambda _: {})(world)

    def send() -> Any:
        return world.client_for(operation).generic(
            operation.method.upper(),
            world.path(operation),
            json.dumps(body),
            content_type="application/json",
            headers={"Idempotency-Key": "once"},
        )

    first, second = send(), send()

    assert "Idempotent-Replayed" not in first
    assert second.get("Idempotent-Replayed") == "true", second.content
    assert (second.status_code, second.content) == (first.status_code, first.content)


CHANGE = "/api/v1/auth/password/change"
CHANGED = {"current_password": PASSWORD, "password": "staple hinge lantern"}


def test_a_spent_proof_says_nothing_under_another_body_or_key(world: World):
    headers = {"Idempotency-Key": "once"}
    assert world.owner.post(CHANGE, CHANGED, headers=headers).status_code == 204
    for body, key in (
        ({**CHANGED, "password": "lantern hinge staple"}, "once"),
        ({**CHANGED, "current_password": "a guess"}, "once"),
        (CHANGED, "twice"),
    ):
        answer = world.owner.post(CHANGE, body, headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")


def test_a_repetition_is_no_way_round_the_lock_out(world: World):
    headers = {"Idempotency-Key": "once"}
    assert world.owner.post(CHANGE, CHANGED, headers=headers).status_code == 204
    for _ in range(5):
        world.owner.post(CHANGE, {**CHANGED, "current_password": "a guess"})
    assert world.owner.post(CHANGE, CHANGED, headers=headers).status_code == 429
