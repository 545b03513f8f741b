"""Staff who act on one order at the same moment, and events about one subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.domain import Role
from core.db.transactions import use_case
from core.ids import uuid7
from events.models import Event
from events.services import record_event
from orders.models import Fulfillment, Order
from payments.models import Operation
from tests.concurrency.racing import assert_audit_finds_nothing, at_once, code_of, shopper
from tests.integration.admin.rows import person
from tests.shop import offer_shipping, paid_order, stock_variants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]

ROUNDS = 4
ClientOf = Callable[..., APIClient]


@pytest.fixture
def order(no_deadlocks: None) -> Callable[[], Order]:
    offer_shipping()
    stock_variants(2)
    return lambda: Order.objects.get(number=paid_order(shopper()))


def clerk(name: str, *roles: Role) -> Client:
    client = Client()
    client.force_login(person(f"{name}@example.com", *roles))
    return client


def chain_of(subject_id: UUID) -> list[int | None]:
    events = Event.objects.filter(subject_id=subject_id)
    return list(events.order_by("position").values_list("position", flat=True))


def test_one_form_sent_from_many_tabs_at_once_refunds_once(order: Callable[[], Order]) -> None:
    clerks = [clerk(f"clerk-{number}", Role.SUPPORT) for number in range(8)]
    for _ in range(ROUNDS):
        placed = order()
        url = reverse("admin:orders_order_act", args=[placed.pk, "refund"])
        seen = clerks[0].get(url).context["form"].initial["seen"]
        form = {"seen": seen, "amount": "5.00", "confirmed": "yes"}

        told = at_once(*(partial(each.post, url, form) for each in clerks))

        assert {response.status_code for response in told} == {302}
        refunds = Operation.objects.filter(payment__order=placed)
        assert [refund.amount for refund in refunds] == [500]
    assert_audit_finds_nothing()


def test_two_of_the_staff_who_send_the_same_units_from_the_page_send_them_once(
    order: Callable[[], Order],
) -> None:
    packers = [clerk(f"packer-{number}", Role.FULFILLMENT) for number in range(4)]
    for _ in range(ROUNDS):
        placed = order()
        url = reverse("admin:orders_order_act", args=[placed.pk, "fulfill"])
        fields = packers[0].get(url).context["form"]
        form = {name: fields.get_initial_for_field(field, name) or ""
                for name, field in fields.fields.items()}  # fmt: skip
        form |= {name: 1 for name in form if name.startswith("units-")}

        at_once(*(partial(each.post, url, form) for each in packers))

        assert Fulfillment.objects.filter(order=placed).count() == 1
        assert set(placed.lines.values_list("fulfilled", flat=True)) == {1}


def test_nothing_is_sent_after_an_order_was_held(
    order: Callable[[], Order], client_of: ClientOf
) -> None:
    staff = client_of(Role.MANAGER)
    for _ in range(ROUNDS):
        placed = order()

        def act(what: str, number: str = placed.number) -> str:
            own = shopper()
            own.credentials(**staff._credentials)
            return code_of(own.post(f"/api/v1/orders/{number}/{what}", {}))

        told = at_once(*[partial(act, "hold")] * 3, *[partial(act, "fulfillments")] * 3)

        assert Counter(told[:3]) == {"200": 1, "order_on_hold": 2}
        assert set(told[3:]) <= {"201", "order_on_hold", "fulfillment_exceeds_ordered"}
        types = list(
            Event.objects.filter(subject_id=placed.pk)
            .order_by("position")
            .values_list("type", flat=True)
        )
        assert types[-1] == "order.held"


def test_events_written_at_once_are_one_chain(order: Callable[[], Order]) -> None:
    """Without any lock of the subject, too: the one that loses the place runs again behind."""
    for _ in range(ROUNDS):
        subject_id = uuid7()
        write = use_case(partial(record_event, type="a.thing_happened", subject_id=subject_id))

        at_once(*[partial(write, now=timezone.now())] * 8)

        assert chain_of(subject_id) == list(range(1, 9))
    assert_audit_finds_nothing()
