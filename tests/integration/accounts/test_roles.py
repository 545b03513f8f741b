from __future__ import annotations

import orjson
import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts.access import MANAGER
from accounts.domain import Device, Role
from accounts.models import User
from accounts.selectors import profile_of, roles_of
from accounts.services import ensure_user, log_in
from core.http.operations import operation

pytestmark = pytest.mark.django_db


class ManagersOnly(APIView):
    @operation("manage", "Manage", access=MANAGER, tag="Shop", responses={200: None})
    def get(self, request: Request) -> Response:
        return Response({})


class Undeclared(APIView):
    def get(self, request: Request) -> Response:
        return Response({})


def ask(role: Role | None, view: type[APIView] = ManagersOnly) -> Response:
    headers = {}
    if role:
        ensure_user(email="someone@example.com", password="correct horse battery", role=role)
        pair = log_in(
            email="someone@example.com",
            password="correct horse battery",
            device=Device(),
            now=timezone.now(),
        )
        headers = {"Authorization": f"Bearer {pair.access}"}
    return view.as_view()(APIRequestFactory().get("/", headers=headers))


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (None, 401),
        (Role.CUSTOMER, 403),
        (Role.SUPPORT, 403),
        (Role.FULFILLMENT, 403),
        (Role.MANAGER, 200),
        (Role.ADMIN, 200),
    ],
)
def test_a_role_opens_what_requires_it_and_an_admin_everything(role, status):
    assert ask(role).status_code == status


@pytest.mark.parametrize("role", [None, *Role])
def test_an_operation_that_declares_no_access_is_refused_to_everyone(role):
    assert ask(role, Undeclared).status_code == (403 if role else 401)


def test_a_missing_role_is_permission_denied_and_a_missing_token_not_authenticated():
    assert orjson.loads(ask(Role.CUSTOMER).content)["code"] == "permission_denied"
    assert orjson.loads(ask(None).content)["code"] == "not_authenticated"


def test_the_five_roles_are_groups():
    assert set(Group.objects.values_list("name", flat=True)) >= set(Role)


def test_createsuperuser_makes_an_admin(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "Root@example.com")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")
    call_command("createsuperuser", "--noinput", verbosity=0)
    user = User.objects.get(email="root@example.com")
    assert roles_of(profile_of(user.pk)) == {"customer", "admin"}
    assert user.is_staff
    log_in(
        email="root@example.com",
        password="correct horse battery",
        device=Device(),
        now=timezone.now(),
    )


def test_ensuring_a_user_twice_changes_nothing():
    first = ensure_user(email="a@example.com", password="correct horse battery", role=Role.SUPPORT)
    again = ensure_user(email="A@example.com", password="correct horse battery", role=Role.SUPPORT)
    assert first.pk == again.pk
    assert first.password == again.password
    assert roles_of(profile_of(first.pk)) == {"customer", "support"}


@pytest.mark.parametrize(
    ("role", "allowed", "refused"),
    [
        (Role.SUPPORT, "orders.view_order", "catalog.change_product"),
        (Role.FULFILLMENT, "inventory.change_stock", "catalog.change_product"),
        (Role.MANAGER, "catalog.add_product", "accounts.change_user"),
    ],
)
def test_the_admin_site_follows_the_table_of_roles(role, allowed, refused):
    user = ensure_user(email="a@example.com", password="correct horse battery", role=role)
    assert user.has_perm(allowed)
    assert not user.has_perm(refused)


def test_a_customer_may_do_nothing_in_the_admin_site():
    user = ensure_user(email="a@example.com", password="correct horse", role=Role.CUSTOMER)
    assert user.get_all_permissions() == set()
