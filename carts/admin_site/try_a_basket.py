"""The page itself: a basket in, its ledger out; nothing is stored."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from carts.admin_site.forms import BasketForm
from carts.admin_site.ledgers import parts_of
from carts.reports import price_preview
from core.errors import CongoCartError

PERMISSION = "pricing.preview_price"


def try_a_basket_page(request: HttpRequest) -> HttpResponse:
    """Show the form and, of a basket that was sent, what it costs and why."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    form = BasketForm(request.POST or None)
    parts = []
    if form.is_valid():
        try:
            parts = parts_of(price_preview(**form.basket()))
        except CongoCartError as refusal:
            form.add_error("items", refusal.detail)
    context = {
        **admin.site.each_context(request),
        "title": "Try it on a basket",
        "form": form,
        "parts": parts,
    }
    return TemplateResponse(request, "carts/try_a_basket.html", context)
