"""The page of one draft order: its form, what it comes to, and the buttons that act on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import SUPPORT
from catalog.selectors import offers, skus_like
from checkout.admin_site.forms import DraftForm, NewDraftForm, SeenForm
from checkout.domain import EDITABLE, CheckoutStatus
from checkout.errors import CartEmpty, DraftNotFound, TotalChanged
from checkout.links import sent_for
from checkout.selectors import DraftView, draft_for
from checkout.services import (
    DraftChanges,
    cancel_draft,
    change_draft,
    complete_draft,
    create_draft,
    send_draft,
)
from core.errors import CongoCartError, VersionMismatch
from core.http.throttling import require_quota
from core.ids import uuid7
from core.money import format_money
from pricing.domain import coupon_bodies
from staff.admin_site.callers import staff_caller

MOST_FOUND = 20
OPEN = EDITABLE | {CheckoutStatus.DRAFT}
CHANGED = (
    "Something else happened to this draft after the page was opened, so nothing was done. "
    "This is the draft as it is now."
)
SAVED_FIRST = "Your changes were saved, and nothing else was done. Check the totals, then go on."
REPRICED = "What it costs has changed, so nothing was done. These are the totals of now."


@require_http_methods(["GET", "POST"])
def new_draft_page(request: HttpRequest) -> HttpResponse:
    """Show an empty form, or make a draft of it, once however often it is sent."""
    caller = _support_of(request)
    if request.method == "GET":
        known = {"customer": request.GET.get("customer", ""), "draft_id": uuid7()}
        typed = {"currency": settings.DEFAULT_CURRENCY, **known}
        return _page(request, NewDraftForm(typed=typed))
    if "save" not in request.POST:
        return _page(request, NewDraftForm(typed=_with_added(request)), _found_in(request))
    form = NewDraftForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            made = create_draft(
                caller=caller,
                draft_id=values["draft_id"],
                customer_id=values["customer"],
                currency=values["currency"],
                changes=form.changes(),
                now=timezone.now(),
            )
        except CongoCartError as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, "The draft was saved. Nothing is held or sent yet.")
            return _at(made.draft.pk)
    return _page(request, form)


@require_http_methods(["GET", "POST"])
def draft_page(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Show a draft, or do once what its button says.

    What is typed and not saved is saved first, and nothing else is done: nobody places or sends
    what they have not seen the totals of.
    """
    _support_of(request)
    try:
        found = draft_for(draft_id, now=timezone.now())
    except DraftNotFound:
        raise Http404 from None
    if request.method == "GET":
        return _page(request, DraftForm(found=found))
    if found.view.status not in OPEN:
        messages.warning(request, CHANGED)
        return _at(draft_id)
    if not {"save", "send", "complete", "cancel"} & request.POST.keys():
        form = DraftForm(found=found, typed=_with_added(request))
        return _page(request, form, _found_in(request))
    return _pressed(request, found)


def _pressed(request: HttpRequest, found: DraftView) -> HttpResponse:
    """Do what the button says, or say why not."""
    form, seen = DraftForm(request.POST, found=found), SeenForm(request.POST)
    if not seen.is_valid() or not ("cancel" in request.POST or form.is_valid()):
        return _page(request, form)
    try:
        return _done(request, form, seen, found)
    except VersionMismatch:
        messages.warning(request, CHANGED)
    except TotalChanged:
        _reprice(request, found.draft.pk)
    except CongoCartError as refusal:
        _tell(form, refusal)
        return _page(request, form)
    return _at(found.draft.pk)


def _done(request: HttpRequest, form: DraftForm, seen: SeenForm, found: DraftView) -> HttpResponse:
    """Do what the button says. Raises what its use case raises."""
    caller, now, draft_id = staff_caller(request), timezone.now(), found.draft.pk
    expected = seen.expected(found.view.checkout.currency)
    versions = expected["expected_versions"]
    if "cancel" in request.POST:
        cancel_draft(draft_id=draft_id, expected_versions=versions, now=now)
        messages.success(request, "The draft was canceled. A link that was sent no longer works.")
    elif "save" in request.POST or form.is_changed:
        changes = form.changes()
        change_draft(
            caller=caller, draft_id=draft_id, changes=changes, expected_versions=versions, now=now
        )
        if "save" in request.POST:
            messages.success(request, "The draft was saved.")
        else:
            messages.warning(request, SAVED_FIRST)
    elif "send" in request.POST:
        require_quota("mail", sent_for(draft_id))
        sent = send_draft(caller=caller, draft_id=draft_id, **expected, now=now)
        messages.success(request, f"The link is on its way to {sent.view.checkout.email}.")
    else:
        done = complete_draft(caller=caller, draft_id=draft_id, **expected, now=now)
        if done.order:
            messages.success(request, "The order was placed. It is to be paid on invoice.")
            return redirect("admin:orders_order_change", done.order.id)
    return _at(draft_id)


def _reprice(request: HttpRequest, draft_id: UUID) -> None:
    """Save the draft at the prices of now, so that the page shows them."""
    caller, changes = staff_caller(request), DraftChanges({})
    try:
        change_draft(caller=caller, draft_id=draft_id, changes=changes, now=timezone.now())
    except CongoCartError as refusal:
        messages.error(request, " ".join(_in_words(refusal)))
    else:
        messages.warning(request, REPRICED)


def _support_of(request: HttpRequest) -> Any:
    """Return who is logged in, who may make draft orders as the API says."""
    caller = staff_caller(request)
    if not SUPPORT.admits(caller.roles):
        raise PermissionDenied
    return caller


def _at(draft_id: UUID) -> HttpResponse:
    return redirect("admin:checkout_draftorder_change", draft_id)


def _with_added(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed, with the variant whose button was pressed."""
    typed: dict[str, Any] = request.POST.dict()
    if added := typed.get("add"):
        typed["items"] = f"{typed.get('items', '').rstrip()}\n{added} 1".lstrip()
    return typed


def _found_in(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the variants for sale that were searched for, with price and stock."""
    words = request.POST.get("find", "")[:200].replace("\0", "").strip()
    currency = request.POST.get("currency", "").upper()
    if not words:
        return []
    found = offers(currency=currency, skus=skus_like(words, limit=MOST_FOUND))
    return [
        {
            "sku": offer.sku,
            "title": offer.title,
            "price": format_money(offer.unit_price, currency),
            "available": offer.available,
        }
        for offer in sorted(found, key=lambda offer: offer.sku)
        if offer.is_for_sale and offer.unit_price is not None
    ]


def _tell(form: DraftForm, refusal: CongoCartError) -> None:
    for words in _in_words(refusal):
        form.add_error("items" if isinstance(refusal, CartEmpty) else None, words)


def _in_words(refusal: CongoCartError) -> list[str]:
    """Return a refusal as sentences, with all that it names."""
    missing = [each["detail"] for each in refusal.extra.get("messages", ())]
    named = [*refusal.extra.get("skus", ()), *refusal.extra.get("codes", ())]
    details = dict.fromkeys(error.detail for error in refusal.errors)
    return [*(missing or details or [refusal.detail]), *([", ".join(named)] if named else [])]


def _page(
    request: HttpRequest, form: DraftForm, offered: list[dict[str, Any]] | None = None
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "New draft order",
        "form": form,
        "find": request.POST.get("find", "") if offered is not None else "",
        "offered": offered,
        **(_shown(form.found, request) if form.found else {}),
    }
    return TemplateResponse(request, "checkout/draft.html", context)


def _shown(found: DraftView, request: HttpRequest) -> dict[str, Any]:
    """Return what a saved draft comes to, and what can be done about it."""
    checkout, status = found.view.checkout, found.view.status
    tax = "Tax (included)" if checkout.tax_included else "Tax"
    shipping = f"Shipping ({checkout.shipping_title})" if checkout.shipping_title else "Shipping"
    sums = {
        "Subtotal": checkout.subtotal,
        "Discount": -checkout.discount,
        shipping: checkout.shipping,
        tax: checkout.tax,
        "Total": checkout.total,
    }
    currency = checkout.currency
    order = found.view.order
    return {
        "title": str(found.draft),
        "found": found,
        "checkout": checkout,
        "status": status.label,
        "is_open": status in OPEN,
        "is_draft": status is CheckoutStatus.DRAFT,
        "missing": found.view.messages if status in OPEN else [],
        # What was typed on one page stays bound to what that page has shown.
        "seen": SeenForm(
            request.POST or None, initial={"version": checkout.version, "total": checkout.total}
        ),
        "totals": [(name, format_money(amount, currency)) for name, amount in sums.items()],
        "lines": [
            {
                "line": each,
                "price": format_money(each.unit_price, currency),
                "total": format_money(each.total, currency),
            }
            for each in found.view.lines
        ],
        "rejected": [
            each for each in coupon_bodies(checkout.promotions, currency) if not each["applied"]
        ],
        "order_url": reverse("admin:orders_order_change", args=[order.id]) if order else "",
    }
