"""Publishing and hiding products in the admin, after a question that says what would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import action, display

from catalog.domain import ProductStatus
from catalog.models import Product, Variant
from catalog.services import change_product_status, delete_product
from core.errors import CongoCartError
from events.domain import actor_of
from staff.admin_site.callers import staff_caller

MOST = 500
NOTHING = "None of the selected products would change."
STATUS_COLORS = {"Published": "success", "Draft": "warning", "Archived": "danger"}


@dataclass(frozen=True, slots=True)
class Step:
    """A way to another status, and how it is told; `ends_checkouts` recalls what is archived."""

    verb: str
    done: str
    to: ProductStatus
    effect: str
    ends_checkouts: bool = False

    def is_open_to(self, product: Product) -> bool:
        """Tell whether it would change anything."""
        return self.ends_checkouts or product.product_status is not self.to


_GO_ON = "Open checkouts go on. What is hidden can be published again at any time."
STEPS = {
    "publish": Step(
        "Publish",
        "published",
        ProductStatus.PUBLISHED,
        "Customers can see and buy what is published at once.",
    ),
    "unpublish": Step(
        "Unpublish",
        "unpublished",
        ProductStatus.DRAFT,
        f"Customers neither see nor buy drafts. {_GO_ON}",
    ),
    "archive": Step(
        "Archive",
        "archived",
        ProductStatus.ARCHIVED,
        f"Customers neither see nor buy what is archived; orders keep it. {_GO_ON}",
    ),
    "recall": Step(
        "Recall",
        "recalled",
        ProductStatus.ARCHIVED,
        "What is recalled is archived, and open checkouts that hold it cannot be completed. "
        "Publishing it again does not bring those checkouts back.",
        ends_checkouts=True,
    ),
}


@display(description="Status", label=STATUS_COLORS)
def product_status(page: Any, product: Product) -> str:
    """Return the status of a product in words."""
    return product.product_status.label


@display(description="Status", label=STATUS_COLORS)
def variant_status(page: Any, variant: Variant) -> str:
    """Return the status of a variant in words: its product's, unless it was archived itself."""
    return "Archived" if variant.deleted_at else variant.product.product_status.label


class StatusFilter(admin.SimpleListFilter):
    """Filter products by status."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status.value, status.label) for status in ProductStatus]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for status in ProductStatus:
            if status == self.value():
                return self.narrowed(queryset, Product.objects.with_status(status))
        return queryset

    def narrowed(self, rows: QuerySet[Any], products: QuerySet[Product]) -> QuerySet[Any]:
        """Return the rows that are among `products`."""
        return rows.filter(pk__in=products.values("pk"))


class VariantStatusFilter(StatusFilter):
    """Filter variants by the status of their product."""

    def narrowed(self, rows: QuerySet[Any], products: QuerySet[Product]) -> QuerySet[Any]:
        """Return the rows whose product is among `products`."""
        return rows.filter(product__in=products.values("pk"))


class StatusActions:
    """A list and a page of products with a button for each step."""

    actions = list(STEPS)
    actions_detail = [f"{name}_one" for name in STEPS]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Return the buttons of the steps that would change the product."""
        product = Product.objects.filter(pk=object_id).only("deleted_at", "is_draft").first()
        if product is None:
            return []
        names = [f"_{name}_one" for name, step in STEPS.items() if step.is_open_to(product)]
        actions: list[Any] = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return [each for each in actions if each.action_name.endswith(tuple(names))]

    @action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        """Publish the selected products."""
        return ask(self, request, "publish", queryset)

    @action(description="Unpublish", permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        """Make drafts of the selected products."""
        return ask(self, request, "unpublish", queryset)

    @action(description="Archive", permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        """Archive the selected products."""
        return ask(self, request, "archive", queryset)

    @action(description="Recall: archive, and end open checkouts", permissions=["change"])
    def recall(self, request: HttpRequest, queryset: QuerySet[Product]) -> HttpResponse | None:
        """Archive the selected products; those who hold them in a checkout cannot buy them."""
        return ask(self, request, "recall", queryset)

    @action(description="Publish", permissions=["change"], url_path="publish")
    def publish_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask whether to publish one product."""
        return ask_about_one(self, request, "publish", object_id)

    @action(description="Unpublish", permissions=["change"], url_path="unpublish")
    def unpublish_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask whether to make a draft of one product."""
        return ask_about_one(self, request, "unpublish", object_id)

    @action(description="Archive", permissions=["change"], url_path="archive")
    def archive_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask whether to archive one product."""
        return ask_about_one(self, request, "archive", object_id)

    @action(description="Recall", permissions=["change"], url_path="recall")
    def recall_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask whether to recall one product."""
        return ask_about_one(self, request, "recall", object_id)


def ask(
    page: Any, request: HttpRequest, name: str, chosen: QuerySet[Product]
) -> HttpResponse | None:
    """Ask whether to take the step for the chosen products; once confirmed, take it."""
    products = list(chosen.order_by("title", "pk")[: MOST + 1])
    if len(products) > MOST:
        messages.error(request, f"Choose at most {MOST} products at once.")
        return None
    ready = [product for product in products if STEPS[name].is_open_to(product)]
    if "confirmed" in request.POST:
        _take(page, request, STEPS[name], ready)
        one = products[0].pk if len(products) == 1 else None
        return redirect("admin:catalog_product_change", one) if one else None
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"{STEPS[name].verb} {'product' if len(products) == 1 else 'products'}",
        "name": name,
        "step": STEPS[name],
        "ready": ready,
        "skipped": [product for product in products if product not in ready],
        "nothing": NOTHING,
    }
    return TemplateResponse(request, "catalog/change_statuses.html", context)


def ask_about_one(page: Any, request: HttpRequest, name: str, object_id: str) -> HttpResponse:
    """Ask whether to take the step for the product of a page."""
    product = page.get_object(request, object_id)
    if product is None:
        raise Http404
    found = ask(page, request, name, Product.objects.filter(pk=product.pk))
    return found or redirect("admin:catalog_product_changelist")


def _take(page: Any, request: HttpRequest, step: Step, products: list[Product]) -> None:
    """Take the step for each product in a transaction of its own, and tell how it went."""
    by, done = actor_of(staff_caller(request)), 0
    for product in products:
        now = timezone.now()
        try:
            if step.ends_checkouts:
                delete_product(slug=product.slug, end_checkouts=True, by=by, now=now)
            else:
                change_product_status(slug=product.slug, status=step.to, by=by, now=now)
        except CongoCartError as refusal:
            messages.error(request, f"{product.title}: {refusal.detail}")
        else:
            page.log_change(request, product, f"{step.done.capitalize()}.")
            done += 1
    if done:
        noun = "product" if done == 1 else "products"
        messages.success(request, f"{done} {noun} {step.done}.")
    elif not products:
        messages.info(request, NOTHING)
