"""The admin page on which staff turn two-factor authentication on and off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

import segno
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import mark_safe

from accounts import services
from accounts.domain import Enrollment, MfaNotStarted
from accounts.selectors import mfa_of
from core.errors import Conflict, CongoCartError
from staff.admin_site import sessions
from staff.admin_site.forms import CodeForm, EitherCodeForm, PasswordForm, StopForm

PAGE = "admin:mfa"


def mfa_page(request: HttpRequest) -> HttpResponse:
    """Show the state of two-factor authentication, or do what one of the page's forms asks for."""
    if request.method != "POST":
        return _page(request)
    name = request.POST.get("action", "")
    if name not in ACTIONS:
        return HttpResponseBadRequest()
    make, act = ACTIONS[name]
    form = make(request.POST, prefix=name)
    if not form.is_valid():
        return _page(request, {name: form})
    try:
        return act(request, form.cleaned_data)
    except Conflict as refusal:  # Another window was quicker, so this form is gone.
        messages.error(request, refusal.detail)
        return redirect(PAGE)
    except CongoCartError as refusal:
        form.add_error(None, refusal.detail)
        return _page(request, {name: form})


def _start(request: HttpRequest, values: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    services.start_mfa(user_id=_user_id(request), **values, now=now)
    sessions.note_started(request, at=now)
    return redirect(PAGE)


def _confirm(request: HttpRequest, values: dict[str, Any]) -> HttpResponse:
    if _enrolment(request) is None:
        raise MfaNotStarted("This key is in use already, or a newer one was made.")
    now = timezone.now()
    codes = services.confirm_mfa(user_id=_user_id(request), **values, now=now)
    sessions.note_confirmed(request, since=now)
    return _recovery_codes(request, codes)


def _renew(request: HttpRequest, values: dict[str, Any]) -> HttpResponse:
    user_id = _user_id(request)
    codes = services.renew_recovery_codes(user_id=user_id, **values, now=timezone.now())
    return _recovery_codes(request, codes)


def _stop(request: HttpRequest, values: dict[str, Any]) -> HttpResponse:
    services.stop_mfa(user_id=_user_id(request), **values, now=timezone.now())
    sessions.keep(request)
    messages.success(request, "Two-factor authentication is off.")
    return redirect(PAGE)


ACTIONS: dict[
    str, tuple[type[forms.Form], Callable[[HttpRequest, dict[str, Any]], HttpResponse]]
] = {
    "start": (PasswordForm, _start),
    "confirm": (CodeForm, _confirm),
    "renew": (EitherCodeForm, _renew),
    "stop": (StopForm, _stop),
}


def _page(request: HttpRequest, bound: dict[str, forms.Form] | None = None) -> HttpResponse:
    """Render the page; `bound` holds the form that was refused, with its errors."""
    factor = mfa_of(_user_id(request))
    enrolment = None if factor else _enrolment(request)
    context = {
        **admin.site.each_context(request),
        "title": "Two-factor authentication",
        "factor": factor,
        "enrolment": enrolment,
        "forms": {name: make(prefix=name) for name, (make, _) in ACTIONS.items()} | (bound or {}),
    }
    if enrolment:
        # Dark on light in every theme, as cameras need it.
        code = segno.make(enrolment.url, error="m", micro=False)
        svg = code.svg_inline(omitsize=True, dark="#000", light="#fff")
        context["qr_code"] = mark_safe(svg)  # noqa: S308 - drawn by us
    if settings.STAFF_MFA_REQUIRED and factor is None:
        context |= {"confined": True, "is_nav_sidebar_enabled": False}
    return TemplateResponse(request, "staff/mfa.html", context)


def _recovery_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Show the codes in this response, because only their hashes are stored."""
    context = {**admin.site.each_context(request), "title": "Recovery codes", "codes": codes}
    return TemplateResponse(request, "staff/recovery_codes.html", context)


def _enrolment(request: HttpRequest) -> Enrollment | None:
    """Return the enrolment that this admin session started, if it is still pending.

    One that another session started is not shown: its secret is known there.
    """
    started_at = sessions.started_at(request)
    if started_at is None:
        return None
    return services.pending_mfa(user_id=_user_id(request), started_at=started_at)


def _user_id(request: HttpRequest) -> UUID:
    """Return the id of the user; the page is wrapped in `admin_view`, so there is one."""
    return cast("UUID", request.user.pk)
