"""The form by which staff issue an API key, and the page that shows the key once."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
)

from core.backoffice.forms import LineField
from core.errors import CongoCartError
from core.http.operations import scopes_for
from staff.admin_site.callers import staff_caller
from staff.services import issue_api_key


class ApiKeyForm(forms.Form):
    """What a new key is for, what it may do, and until when."""

    name = LineField(max_length=100, widget=UnfoldAdminTextInputWidget, help_text="What it is for.")
    scopes = forms.MultipleChoiceField(
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="What a program may do with this key, for as long as your roles allow it.",
    )
    last_day = forms.DateField(
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        help_text="The key stops working after this day; empty: never.",
    )

    def __init__(self, *args: Any, grantable: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes: Any = self.fields["scopes"]
        scopes.choices = [(scope, scope) for scope in sorted(grantable)]

    def expires_at(self) -> datetime | None:
        """Return the end of the last day, in the time zone of the page."""
        day = self.cleaned_data["last_day"]
        if day is None:
            return None
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))

    def clean_last_day(self) -> Any:
        """Refuse a day that is over, and one after which there is no other."""
        day = self.cleaned_data["last_day"]
        if day is not None and not timezone.localdate() <= day < day.max:
            raise forms.ValidationError("Choose today or a later day.")
        return day


@never_cache
def api_key_page(request: HttpRequest) -> HttpResponse:
    """Show the form, or issue the key and show it in this response, which alone has it."""
    caller = staff_caller(request)
    grantable = scopes_for(caller.roles)
    form = ApiKeyForm(request.POST or None, grantable=grantable)
    secret = ""
    if form.is_valid() and caller.user_id is not None:
        try:
            issued = issue_api_key(
                user_id=caller.user_id,
                grantable=grantable,
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=form.expires_at(),
                now=timezone.now(),
            )
        except CongoCartError as refusal:
            form.add_error(None, refusal.detail)
        else:
            secret = issued.secret
    context = {
        **admin.site.each_context(request),
        "title": "New API key",
        "form": form,
        "secret": secret,
    }
    return TemplateResponse(request, "staff/api_key.html", context)
