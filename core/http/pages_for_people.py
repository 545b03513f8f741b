"""Refusals in the admin as pages: people want a way back rather than a problem document."""

from __future__ import annotations

from urllib.parse import urlsplit

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from core.http.problems import CONTENT_TYPE


def for_people(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return a problem of the admin as a page where a browser asks for one, else `response`.

    It has the same status, detail and request id, and needs no database to be made.
    """
    if response.get("Content-Type") != CONTENT_TYPE or not isinstance(response, HttpResponse):
        return response
    wants_page = "text/html" in request.headers.get("Accept", "")
    if not wants_page or not request.path_info.startswith("/admin/"):
        return response
    back, label = _way_back(request)
    context = {"problem": orjson.loads(response.content), "back": back, "back_label": label}
    response.content = render_to_string("congocart/error.html", context)
    response["Content-Type"] = "text/html; charset=utf-8"
    return response


def _way_back(request: HttpRequest) -> tuple[str, str]:
    """Return the page to go to, and what its link says; a form that failed is opened again."""
    if request.method == "POST":
        return request.path, "Load the page again"
    referrer = urlsplit(request.headers.get("Referer", ""))
    own = referrer.netloc == request.META.get("HTTP_HOST") and referrer.path != request.path
    if own and referrer.path.startswith("/admin/"):
        query = f"?{referrer.query}" if referrer.query else ""
        return referrer.path + query, "Go back"
    return "", ""
