"""The pages of customer groups."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import CustomerGroup, User
from core.backoffice.base import EditableInline, ShopAdmin


class MemberInline(EditableInline):
    """The members of a group of customers."""

    model = User.customer_groups.through
    verbose_name = "member"
    verbose_name_plural = "members"
    autocomplete_fields = ["user"]
    ordering = ["id"]
    per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the groups may be seen: Django would ask for those of users."""
        return bool(request.user.has_perm("accounts.view_customergroup"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the groups may be changed."""
        return bool(request.user.has_perm("accounts.change_customergroup"))

    has_add_permission = has_delete_permission = has_change_permission


@admin.register(CustomerGroup)
class CustomerGroupAdmin(ShopAdmin):
    """Groups of customers, and who is in them."""

    shows_personal_data = True
    list_display = ["title", "code"]
    search_fields = ["code", "title"]
    search_help_text = "Search by code or title."
    ordering = ["code"]
    prepopulated_fields = {"code": ["title"]}
    fields = [("title", "code")]
    help_texts = {"code": "Price lists and promotions name the group by it."}
    inlines = [MemberInline]

    def get_readonly_fields(
        self, request: HttpRequest, obj: CustomerGroup | None = None
    ) -> list[str]:
        """Return the code of a group that is there: rules name it."""
        return [*super().get_readonly_fields(request, obj), *(["code"] if obj else [])]
