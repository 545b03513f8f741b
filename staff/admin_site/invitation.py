"""The page on which someone accepts an invitation to the staff, without being logged in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from accounts.domain import MAX_PASSWORD_LENGTH, LinkInvalid, OpenInvitation
from accounts.services import accept_invitation, read_invitation
from core.backoffice.forms import LineField
from core.errors import CongoCartError
from staff.admin_site.forms import PasswordForm


class NewAccountForm(forms.Form):
    """The name and the password of a new member of the staff."""

    first_name = LineField(
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "given-name"}),
    )
    last_name = LineField(
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "family-name"}),
    )
    password = forms.CharField(
        max_length=MAX_PASSWORD_LENGTH,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="At least 8 characters, and not a common one.",
    )
    again = forms.CharField(
        label="Password again",
        max_length=MAX_PASSWORD_LENGTH,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse two passwords that differ."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        again = cleaned.pop("again", None)
        if again is not None and cleaned.get("password") not in (None, again):
            self.add_error("again", "The two passwords differ.")
        return cleaned


@never_cache
def invitation_page(request: HttpRequest) -> HttpResponse:
    """Show what the link of an invitation offers, and accept it.

    The link is the credential, so it stays in the address of the page until it is used.
    """
    token = request.GET.get("token", "")
    try:
        offer = read_invitation(token=token, now=timezone.now())
    except LinkInvalid as refusal:
        return _page(request, refusal=refusal.detail)
    make = PasswordForm if offer.has_account else NewAccountForm
    if request.method != "POST":
        return _page(request, offer=offer, form=make())
    form = make(request.POST)
    if form.is_valid():
        try:
            accept_invitation(token=token, **form.cleaned_data, now=timezone.now())
        except LinkInvalid as refusal:
            return _page(request, refusal=refusal.detail)
        except CongoCartError as refusal:
            details = [error.detail for error in refusal.errors] or [refusal.detail]
            form.add_error("password", details)
        else:
            messages.success(request, f"Welcome. Log in as {offer.email}.")
            return redirect("admin:login")
    return _page(request, offer=offer, form=form)


def _page(
    request: HttpRequest,
    *,
    refusal: str = "",
    offer: OpenInvitation | None = None,
    form: forms.Form | None = None,
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Invitation",
        "refusal": refusal,
        "offer": offer,
        "form": form,
    }
    return TemplateResponse(request, "staff/invitation.html", context)
