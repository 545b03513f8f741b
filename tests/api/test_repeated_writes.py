"""Every write, sent twice with one Idempotency-Key, is done once and answered alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from accounts.domain import Device
from accounts.models import StaffInvitation, User
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


def captured(world: World) -> None:
    order = world.places["number"]
    assert world.admin.post(f"/api/v1/orders/{order}/payments", {}).status_code == 201


def refund_of(world: World) -> dict[str, Any]:
    captured(world)
    return {"amount": {"amount": 1, "currency": "GBP"}, "items": LEFT_OUT}


def sent(world: World) -> dict[str, Any]:
    order = world.admin.post(f"/api/v1/orders/{world.places['number']}/fulfillments", {}).json()
    world.places["fulfillment_id"] = order["fulfillments"][0]["id"]
    return {}


def coming_back(world: World) -> dict[str, Any]:
    sent(world)
    asked = {"items": [{"sku": "MUG-0", "quantity": 1}]}
    path = f"/api/v1/orders/{world.places['number']}/returns"
    world.places["return_id"] = world.admin.post(path, asked).json()["id"]
    return {}


def approved(world: World) -> dict[str, Any]:
    coming_back(world)
    path = f"/api/v1/orders/{world.places['number']}/returns/{world.places['return_id']}/approve"
    assert world.admin.post(path).status_code == 200
    return {}


def received(world: World) -> dict[str, Any]:
    captured(world)
    approved(world)
    path = f"/api/v1/orders/{world.places['number']}/returns/{world.places['return_id']}/receive"
    assert world.admin.post(path, {}).status_code == 200
    return {}


def returned(world: World) -> dict[str, Any]:
    sent(world)
    return {"items": [{"sku": "MUG-0", "quantity": 1}]}


def held(world: World) -> dict[str, Any]:
    path = f"/api/v1/orders/{world.places['number']}/hold"
    assert world.admin.post(path, {}).status_code < 300
    return {}


def bought(world: World) -> dict[str, Any]:
    return {"items": [{"sku": "MUG-1", "quantity": 1}]}


def hidden(world: World) -> dict[str, Any]:
    path = f"/api/v1/products/{world.places['slug']}/archive"
    assert world.admin.post(path).status_code == 200
    return {}


LEFT_OUT = object()
# What has to be in a body for its operation to succeed.
BODIES: dict[str, Callable[[World], dict[str, Any]]] = {
    "acceptStaffInvitation": lambda world: {
        "token": sign_link_token(Purpose.JOIN_STAFF, StaffInvitation.objects.get())
    },
    "changePassword": lambda world: {"current_password": PASSWORD},
    "resetPassword": lambda world: {
        "token": sign_link_token(Purpose.RESET_PASSWORD, owner_of(world))
    },
    "verifyEmail": lambda world: {"token": sign_link_token(Purpose.VERIFY_EMAIL, owner_of(world))},
    "createToken": lambda world: {"email": owner_of(world).email, "password": PASSWORD},
    "refreshToken": refresh_of,
    "logout": refresh_of,
    "eraseMe": lambda world: {"password": PASSWORD},
    "eraseAccount": lambda world: {"password": PASSWORD},
    "changeEmail": lambda world: {"password": PASSWORD},
    "startMfa": lambda world: {"password": PASSWORD},
    "createCart": bought,
    "previewPrice": bought,
    "createDraftOrder": bought,
    "changeDraftOrder": bought,
    "replaceCartItems": bought,
    "addCartItem": lambda world: {"sku": "MUG-1"},
    "quoteShipping": bought,
    "createCheckout": lambda world: {"cart_id": world.places["cart_id"]},
    "captureOrderPayment": lambda world: {"amount": {"amount": 1, "currency": "GBP"}},
    "editOrder": lambda world: {"items": [{"sku": "MUG-1", "quantity": 3}]},
    "previewOrderEdit": lambda world: {"items": [{"sku": "MUG-1", "quantity": 3}]},
    "refundOrder": refund_of,
    "createTaxRate": lambda world: {"country": "AT"},
    "releaseOrder": held,
    "fulfillOrder": lambda world: {"items": LEFT_OUT},
    "deliverFulfillment": sent,
    "cancelFulfillment": sent,
    "requestReturn": returned,
    "approveReturn": coming_back,
    "rejectReturn": coming_back,
    "receiveReturn": approved,
    "refundReturn": received,
    "withdrawFromOrder": lambda world: {"items": [{"sku": "MUG-0", "quantity": 1}]},
    "addListPrices": lambda world: {"prices": [{"sku": "MUG-1", "price": None}]},
    "createProduct": lambda world: {"category": LEFT_OUT},
    "publishProduct": hidden,
    "updateProduct": lambda world: {"category": LEFT_OUT},
}
# Need a code or a link that only earlier steps give; each has a test of its own.
ELSEWHERE = {"confirmEmailChange", "confirmMfa", "stopMfa", "disableMfa"}


@pytest.mark.parametrize(
    "operation", [pytest.param(o, id=o.id) for o in WRITES if o.id not in ELSEWHERE]
)
def test_a_repeated_write_is_answered_with_the_first_answer(
    world: World, operation: Operation, django_capture_on_commit_callbacks: Any
):
    body: dict[str, Any] = operation.example if operation.schema else {}
    body |= BODIES.get(operation.id, lambda _: {})(world)
    sent = json.dumps({name: value for name, value in body.items() if value is not LEFT_OUT})
    form, content_type = operation.request

    def send() -> Any:
        return world.client_for(operation).generic(
            operation.method.upper(),
            world.path(operation),
            form if operation.takes_file else sent,
            content_type=content_type,
            headers={"Idempotency-Key": "once"},
        )

    with django_capture_on_commit_callbacks(execute=True):
        first = send()
    second = send()

    assert first.status_code < 300, first.content
    assert "Idempotent-Replayed" not in first
    assert second.get("Idempotent-Replayed") == "true", second.content
    assert (second.status_code, second.content) == (first.status_code, first.content)


CHANGE = "/api/v1/auth/password/change"
CHANGED = {"current_password": PASSWORD, "password": "staple hinge lantern"}


def test_a_spent_credential_says_nothing_under_another_body_or_key(world: World):
    headers = {"Idempotency-Key": "once"}
    assert world.owner.post(CHANGE, CHANGED, headers=headers).status_code == 204
    for body, key in (
        ({**CHANGED, "password": "lantern hinge staple"}, "once"),
        ({**CHANGED, "current_password": "a guess"}, "once"),
        (CHANGED, "twice"),
    ):
        response = world.owner.post(CHANGE, body, headers={"Idempotency-Key": key})
        assert (response.status_code, response.json()["code"]) == (401, "invalid_credentials")


def test_a_repetition_is_no_way_round_the_lock_out(world: World):
    headers = {"Idempotency-Key": "once"}
    assert world.owner.post(CHANGE, CHANGED, headers=headers).status_code == 204
    for _ in range(5):
        world.owner.post(CHANGE, {**CHANGED, "current_password": "a guess"})
    assert world.owner.post(CHANGE, CHANGED, headers=headers).status_code == 429
