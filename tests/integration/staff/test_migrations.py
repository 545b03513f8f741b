"""An existing database keeps its API keys and its log of who saw personal data."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.domain import Role
from accounts.services import ensure_user
from staff.models import ApiKey, PersonalDataAccess

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("accounts", "0003_sessions_ended_at"), ("staff", None)]


def migrate(targets: list[tuple[str, str | None]] | None = None) -> None:
    """Migrate to the targets, or to the newest state of everything."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets or executor.loader.graph.leaf_nodes())
    ContentType.objects.clear_cache()


@pytest.mark.slow
def test_rows_and_permissions_stay_when_the_models_change_their_app():
    manager = ensure_user(email="ada@example.com", password="x", role=Role.MANAGER)
    now = timezone.now()
    key = ApiKey.objects.create(owner=manager, name="erp", shown="cck_", scopes=[], created_at=now)
    access = PersonalDataAccess.objects.create(actor=manager, operation="getOrder", at=now)
    permissions = {
        each.pk for each in Permission.objects.filter(content_type__model="personaldataaccess")
    }
    assert permissions
    try:
        migrate(BEFORE)
        assert set(ContentType.objects.filter(app_label="staff")) == set()
    finally:
        migrate()

    assert (ApiKey.objects.get(), PersonalDataAccess.objects.get()) == (key, access)
    moved = Permission.objects.filter(content_type__app_label="staff")
    assert permissions <= {each.pk for each in moved}
    assert not ContentType.objects.filter(app_label="accounts", model="apikey").exists()
