"""The admin page of promotions."""

from __future__ import annotations

import csv
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from core.backoffice.base import KeptAdmin, ReadOnlyInline
from core.backoffice.columns import back_to, pairs, text
from core.backoffice.filters import DaysFilter
from core.errors import CongoCartError
from pricing.domain.promotion_words import action_in_words
from pricing.forms.promotions import CONDITIONAL, PromotionForm
from pricing.models import Promotion, PromotionCode
from pricing.selectors import codes_of, promotions
from pricing.serializers.promotions import MAX_GENERATED_CODES
from pricing.services import generate_codes, lock_promotion, write_promotion

READ_ONLY_FIELDS = [
    "title",
    ("active", "used", "held"),
    ("what", "how"),
    "terms",
    ("starts_at", "ends_at"),
    ("usage_limit", "per_customer_limit"),
    ("priority", "exclusive"),
    "combines_with",
]


class CodesForm(BaseDialogForm):
    """How many codes to generate."""

    count = forms.IntegerField(
        min_value=1, max_value=MAX_GENERATED_CODES, widget=UnfoldAdminIntegerFieldWidget
    )
    prefix = forms.CharField(
        required=False,
        max_length=20,
        widget=UnfoldAdminTextInputWidget,
        help_text="What every code begins with, for example SUMMER.",
    )


class CodeInline(ReadOnlyInline):
    """The codes of a promotion, with their uses."""

    model = PromotionCode
    fields = ["code", "limit", "used", "held"]
    ordering = ["id"]
    per_page = 25

    limit = text("usage_limit", label="Limit")
    used = text("used", label="Used")
    held = text("held", label="In open checkouts")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromotionCode]:
        codes: QuerySet[PromotionCode] = super().get_queryset(request)
        return codes.filter(active=True).with_usage("code")  # type: ignore[attr-defined]


@admin.register(Promotion)
class PromotionAdmin(KeptAdmin):
    """Promotions, newest first."""

    form = PromotionForm
    conditional_fields = CONDITIONAL
    list_display = ["title", "what", "how", "used", "held", "limit", "ends_at", "active"]
    list_filter = [("active", BooleanRadioFilter), ("ends_at", DaysFilter)]
    identifiers = {"codes__key": str.casefold}
    search_fields = ["title"]
    search_help_text = "Search by title or whole code."
    ordering = ["-id"]
    readonly_fields = ["used", "held"]
    inlines = [CodeInline]
    actions_detail = ["generate", "export"]
    fieldsets = [
        (None, {"fields": ["title", ("active", "used", "held")]}),
        (
            "What it takes off",
            {
                "fields": [
                    ("type", "target"),
                    "percent",
                    "amount",
                    "currency",
                    ("buy", "get"),
                    "steps",
                    "bundle",
                ]
            },
        ),
        (
            "When it applies",
            {
                "fields": [
                    "codes",
                    "starts_at",
                    "ends_at",
                    ("min_subtotal", "min_quantity"),
                    "skus",
                    ("products", "categories"),
                    ("countries", "customer_groups"),
                    "first_order",
                    "weekdays",
                ]
            },
        ),
        ("How often", {"fields": [("usage_limit", "per_customer_limit")]}),
        ("With others", {"fields": [("priority", "exclusive"), "combines_with"]}),
    ]

    used = text("used", label="Used")
    held = text("held", label="In open checkouts")
    limit = text("usage_limit", label="Limit")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Promotion]:
        return promotions()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return, for staff who may only read, columns in place of the form's fields."""
        if self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": READ_ONLY_FIELDS})]

    def save_model(self, request: HttpRequest, obj: Promotion, form: Any, change: bool) -> None:
        """Save the promotion with its codes as the API does."""
        row = lock_promotion(obj.pk) if change else obj
        write_promotion(row, values=form.values, now=timezone.now())

    @display(description="Takes off")
    def what(self, promotion: Promotion) -> str:
        """Return what it does, in words."""
        return action_in_words(promotion.terms().action)

    @display(description="Conditions")
    def terms(self, promotion: Promotion) -> str:
        """Return what has to hold, as the API has it."""
        return pairs(promotion.conditions) or "–"

    @display(description="Applies")
    def how(self, promotion: Promotion) -> str:
        """Return by which codes it applies."""
        if promotion.automatic:
            return "By itself"
        codes: list[str] = promotion.named_codes  # type: ignore[attr-defined] # annotated
        return "By code " + ", ".join(codes[:3]) if codes else "By generated codes"

    @action(
        description="Generate codes",
        permissions=["change"],
        url_path="generate",
        icon="confirmation_number",
        dialog={
            "title": "Generate codes",
            "description": "Each code works once and cannot be guessed. The promotion then applies "
            "by its codes only.",
            "form_class": CodesForm,
            "form_submit_text": "Generate",
        },
    )
    def generate(self, request: HttpRequest, form: CodesForm, object_id: str) -> HttpResponse:
        """Generate the codes, or show why it was refused."""
        promotion = get_object_or_404(Promotion, pk=object_id)
        try:
            codes = generate_codes(
                promotion_id=promotion.pk,
                count=form.cleaned_data["count"],
                prefix=form.cleaned_data["prefix"],
                now=timezone.now(),
            )
        except CongoCartError as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
        else:
            self.message_user(request, f"{len(codes)} codes generated.", messages.SUCCESS)
        return back_to("pricing.promotion", object_id)

    @action(description="Export codes", url_path="export", icon="download", permissions=["view"])
    def export(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Return the codes with their uses as CSV."""
        promotion = get_object_or_404(Promotion, pk=object_id, deleted_at=None)
        response = HttpResponse(
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="codes.csv"'},
        )
        names = ("code", "usage_limit", "used", "held", "created_at")
        rows: Any = codes_of(promotion.pk).order_by("id").values_list(*names)
        csv.writer(response).writerows([names, *rows])
        return response
