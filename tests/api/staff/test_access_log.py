from __future__ import annotations

import pytest
from django.test import Client

from accounts.domain import Role
from accounts.models import RefreshSession, User
from accounts.services import ensure_user
from staff.models import PersonalDataAccess
from tests.shop import new_order, offer_shipping, stock_variants

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def order(client_of):
    offer_shipping()
    customer = client_of()
    order = new_order(customer, stock_variants())
    return customer, f"/api/v1/orders/{order['number']}"


def test_each_look_of_staff_at_an_order_is_written_down(order, client_of):
    _, path = order
    support = client_of(Role.SUPPORT)
    support.get(path, headers={"X-Request-ID": "look-1"})
    support.get("/api/v1/orders?email=ada@example.com")
    first, second = PersonalDataAccess.objects.order_by("id")
    assert (first.actor_id, first.operation, first.path) == (support.user_id, "getOrder", path)
    assert first.request_id == "look-1"
    assert (second.operation, second.path) == ("listOrders", "/api/v1/orders")


def test_a_customer_looking_at_their_own_order_is_nobodys_business(order):
    customer, path = order
    customer.get(path)
    customer.get("/api/v1/orders")
    assert not PersonalDataAccess.objects.exists()


def test_what_was_refused_was_not_seen(client_of):
    client_of(Role.SUPPORT).get("/api/v1/orders/XXXXX-XXXXX")
    assert not PersonalDataAccess.objects.exists()


def test_a_look_in_the_admin_is_written_down_too():
    support = ensure_user(email="s@example.com", password=PASSWORD, role=Role.SUPPORT)
    browser = Client()
    browser.force_login(support)
    browser.get(f"/admin/accounts/user/{support.pk}/change/")
    browser.get("/admin/catalog/product/")
    access = PersonalDataAccess.objects.get()
    assert access.operation == "admin:accounts_user_change"
    assert access.actor == support


def test_the_log_leads_to_the_page_that_was_seen(order, client_of):
    client_of(Role.SUPPORT).get(order[1])
    root = ensure_user(email="root@example.com", password=PASSWORD, role=Role.ADMIN)
    browser = Client()
    browser.force_login(root)
    seen = f"/admin/accounts/user/{root.pk}/change/"
    browser.get(seen)
    page = browser.get("/admin/staff/personaldataaccess/").content.decode()
    assert f'<a class="text-link" href="{seen}">{seen}</a>' in page
    assert order[1] in page
    assert f'href="{order[1]}"' not in page


def test_a_role_changed_in_the_admin_ends_the_sessions(client_of):
    root = ensure_user(email="root@example.com", password=PASSWORD, role=Role.ADMIN)
    manager = client_of(Role.MANAGER, "m@example.com")
    browser = Client()
    browser.force_login(root)
    page = browser.get(f"/admin/accounts/user/{manager.user_id}/change/")
    form = {
        f"{inline.formset.prefix}-{name}": value
        for inline in page.context["inline_admin_formsets"]
        for name, value in inline.formset.management_form.initial.items()
    }
    form |= {"email": "m@example.com", "is_active": "on", "roles": ["support"]}
    response = browser.post(f"/admin/accounts/user/{manager.user_id}/change/", form)
    assert response.status_code == 302, response.content.decode()
    assert set(User.objects.get(pk=manager.user_id).groups.values_list("name", flat=True)) == {
        "support"
    }
    assert not RefreshSession.objects.filter(user_id=manager.user_id, revoked_at=None).exists()
