"""What a newcomer's browser finds before there is a storefront.

The pages that mailed links lead to, and the one on which a payment of the provider `test` is
decided. They do what a storefront would call the API for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.domain import Device
from accounts.services import confirm_email_change, reset_password, verify_email
from checkout.services import resolve_webhook
from core.errors import CongoCartError
from core.http.callers import client_address
from core.money import Money
from embedded.local_pages import local_page
from payments.domain import PaymentStatus
from payments.providers.test import REQUIRES_ACTION, decision_on
from payments.selectors import payment_with
from payments.services import execute_operations

form_page = require_http_methods(["GET", "HEAD", "POST"])


@local_page
@form_page
def verify_email_page(request: HttpRequest) -> HttpResponse:
    """Confirm an e-mail address by a mailed link, once the button is pressed."""
    token = request.GET.get("token", "")
    return _after(
        request,
        "Confirm your e-mail address",
        "Your e-mail address is confirmed.",
        lambda: verify_email(token=token, now=timezone.now()),
    )


@local_page
@form_page
def confirm_email_change_page(request: HttpRequest) -> HttpResponse:
    """Confirm a change of e-mail address, at the old or the new one."""
    token = request.GET.get("token", "")
    return _after(
        request,
        "Confirm the change of your e-mail address",
        "Confirmed. The change is made once both addresses have confirmed it.",
        lambda: confirm_email_change(token=token, now=timezone.now()),
    )


@local_page
@form_page
def reset_password_page(request: HttpRequest) -> HttpResponse:
    """Set a new password by a mailed link."""
    device = Device(
        user_agent=request.headers.get("User-Agent", ""), ip_address=client_address(request)
    )
    return _after(
        request,
        "Set a new password",
        "Your password is set. You are logged out everywhere.",
        lambda: reset_password(
            token=request.GET.get("token", ""),
            password=request.POST.get("password", ""),
            device=device,
            now=timezone.now(),
        ),
        asks_password=True,
    )


@local_page
@form_page
def test_payment_page(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Pay or decline a payment of the provider `test` that requires an action of its buyer.

    The decision takes the way of a provider's event, each of them once. Raises
    `PaymentNotFound`.
    """
    payment = payment_with(payment_id)
    if payment.provider != "test" or payment.token != REQUIRES_ACTION:
        raise Http404
    awaited = payment.status == PaymentStatus.PENDING
    decision = request.POST.get("decision")
    if awaited and decision in ("pay", "decline"):
        event = decision_on(payment, pays=decision == "pay")
        resolve_webhook(provider_event=event, now=timezone.now())
        execute_operations(payment_id=payment.id)
    if request.method == "POST":
        return HttpResponseRedirect(request.path)
    amount = Money(payment.amount, payment.currency)
    buttons = [("pay", "Pay"), ("decline", "Decline")] if awaited else []
    then = "it answers with the order" if payment.order_id else "it takes another payment"
    done = (
        f"The payment is {payment.status}. Go back to your storefront and complete the checkout "
        f"again: {then}."
    )
    title = f"Pay {amount} with the provider test" if awaited else f"Payment of {amount}"
    return _form(request, title, buttons, done="" if awaited else done)


def _after(
    request: HttpRequest,
    title: str,
    done: str,
    act: Callable[[], object],
    *,
    asks_password: bool = False,
) -> HttpResponse:
    """Show a form, or what became of it; a link that is only opened does nothing."""
    buttons = [("confirm", title)]
    if request.method != "POST":
        return _form(request, title, buttons, asks_password=asks_password)
    try:
        act()
    except CongoCartError as refusal:
        refusals = [each.detail for each in refusal.errors] or [refusal.detail]
        return _form(request, title, buttons, refusals=refusals, asks_password=asks_password)
    return _form(request, title, [], done=done)


def _form(
    request: HttpRequest,
    title: str,
    buttons: Iterable[tuple[str, str]],
    *,
    refusals: Iterable[str] = (),
    done: str = "",
    asks_password: bool = False,
) -> HttpResponse:
    context = {
        "title": title,
        "buttons": buttons,
        "refusals": refusals,
        "done": done,
        "asks_password": asks_password,
    }
    return TemplateResponse(request, "embedded/form.html", context)
