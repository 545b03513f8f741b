"""The admin page on which staff set up a second factor, renew its recovery codes, or end it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import segno
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from accounts import admin_sessions, services
from accounts.domain import Enrolment, MfaNotStarted
from accounts.forms import CodeForm, EitherCodeForm, PasswordForm, StopForm
from accounts.models import User
from accounts.selectors import second_factor_of
from core.errors import Conflict, CongoCartError

PAGE = "admin:second_factor"


def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Shows how things stand, or does what one of the forms on the page asks for."""
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
    services.start_mfa(user_id=_user(request).pk, **values, now=now)
    admin_sessions.note_started(request, at=now)
    return redirect(PAGE)


def _confirm(request: HttpRequest, values: dict[str, Any]) -> HttpResponse:
    if _enrolment(request) is None:
        raise MfaNotStarted("This key is in use already, or another was made since.")
    now = timezone.now()
    codes = services.confirm_mfa(user_id=_user(request).pk, **values, now=now)
    admin_sessions.note_confirmed(request, since=now)
    return _recovery_codes(request, codes)


def _renew(request: HttpRequest, values: dict[str, Any]) -> HttpResponse:
    user_id = _user(request).pk
    codes = services.renew_recovery_codes(user_id=user_id, **values, now=timezone.now())
    return _recovery_codes(request, codes)


def _stop(request: HttpRequest, values: dict[str, Any]) -> HttpResponse:
    services.stop_mfa(user_id=_user(request).pk, **values, now=timezone.now())
    admin_sessions.keep(request)
    messages.success(request, "Your second factor is off.")
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
    """`bound` holds the form that was refused, with its errors."""
    factor = second_factor_of(_user(request).pk)
    enrolment = None if factor else _enrolment(request)
    context = {
        **admin.site.each_context(request),
        "title": "Second factor",
        "factor": factor,
        "enrolment": enrolment,
        "qr_code": enrolment and _qr_code(enrolment),
        "forms": {name: make(prefix=name) for name, (make, _) in ACTIONS.items()} | (bound or {}),
    }
    if settings.STAFF_MFA_REQUIRED and factor is None:
        context |= {"confined": True, "is_nav_sidebar_enabled": False}
    return TemplateResponse(request, "accounts/second_factor.html", context)


def _recovery_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """In the answer itself, because they are stored nowhere to be shown from later."""
    context = {**admin.site.each_context(request), "title": "Recovery codes", "codes": codes}
    return TemplateResponse(request, "accounts/recovery_codes.html", context)


def _enrolment(request: HttpRequest) -> Enrolment | None:
    """That which this session has started: a secret that another one asked for, and so knows,
    is never offered to be scanned.
    """
    user, started_at = _user(request), admin_sessions.started_at(request)
    if started_at is None:
        return None
    return services.started_mfa(user_id=user.pk, email=user.email, started_at=started_at)


def _qr_code(enrolment: Enrolment) -> SafeString:
    """An SVG element, dark on light in every theme, as cameras need it."""
    code = segno.make(enrolment.url, error="m", micro=False)
    return mark_safe(code.svg_inline(omitsize=True, dark="#000", light="#fff"))  # noqa: S308 - drawn


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
