"""What buyers are written, shown to staff on a real order: each e-mail in each language."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from babel import Locale
from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.access import MANAGER
from orders.admin_site.acting import sheet_of
from orders.emails import preview
from orders.mails import OrderMail
from orders.selectors import mail_events


class PreviewForm(forms.Form):
    """Which e-mail, and in which language."""

    mail = forms.ChoiceField(
        label="E-mail",
        choices=[(mail, mail.label) for mail in OrderMail],
        widget=UnfoldAdminSelectWidget,
    )
    language = forms.ChoiceField(
        choices=[
            (language, Locale.parse(language, sep="-").english_name)
            for language in settings.SHOP_LANGUAGES
        ],
        widget=UnfoldAdminSelectWidget,
    )


@require_safe
def emails_page(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """Show an e-mail as text and as HTML, for managers; nothing is sent.

    Of what has not happened to the order, such as a parcel, the words say nothing.
    """
    sheet = sheet_of(request, object_id)
    if not MANAGER.admits(sheet.caller.roles):
        raise PermissionDenied
    order = sheet.order
    first = {"mail": OrderMail.PLACED, "language": order.language or settings.SHOP_LANGUAGES[0]}
    form = PreviewForm({**first, **request.GET.dict()})
    message = None
    if form.is_valid():
        mail = OrderMail(form.cleaned_data["mail"])
        event = mail_events(order.pk).get(mail)
        message = preview(
            order,
            mail,
            language=form.cleaned_data["language"],
            data=event.data if event else {},
            at=event.created_at if event else None,
        )
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"E-mails: {order.number}",
        "sheet": sheet,
        "form": form,
        "message": message,
    }
    return TemplateResponse(request, "orders/email_preview.html", context)
