"""The admin page of idempotency keys, without the stored responses."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from core.backoffice.base import ReadOnlyAdmin
from core.backoffice.filters import DaysFilter
from core.http.models import IdempotencyKey


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyAdmin):
    """Keys, newest first. Stored responses may hold secrets and are not read."""

    list_display = ["row_id", "status", "created_at", "leased_until"]
    list_filter = [("created_at", DaysFilter)]
    identifiers = {"id": str}
    search_fields = [*identifiers]
    search_help_text = "Search by ID."
    ordering = ["-created_at"]
    fields = ["row_id", "fingerprint", "status", "created_at", "leased_until"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[IdempotencyKey]:
        return super().get_queryset(request).defer("sealed")
