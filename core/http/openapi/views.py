"""The document, and two ways to read it in a browser."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views.decorators.cache import cache_control

from core.http.error_pages import read_only
from core.http.openapi.document import as_json, as_yaml

_JSON, _YAML = "application/json", "application/yaml"
# Swagger UI and ReDoc write style attributes as they go; ReDoc searches in a worker.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@read_only
@cache_control(public=True, max_age=300)
def schema(request: HttpRequest) -> HttpResponse:
    """Serve the OpenAPI document: YAML by `?format=yaml` or the Accept header, else JSON."""
    wants_yaml = _wants_yaml(request)
    body = as_yaml() if wants_yaml else as_json()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type=_YAML if wants_yaml else _JSON)
    response["ETag"] = tag
    response["Vary"] = "Accept"
    return response


def _wants_yaml(request: HttpRequest) -> bool:
    wanted = request.GET.get("format")
    if wanted is not None:
        return wanted == "yaml"
    accepted = [_JSON, "application/vnd.oai.openapi+json", _YAML, "application/vnd.oai.openapi"]
    return request.get_preferred_type(accepted) in accepted[2:]


@read_only
def swagger(request: HttpRequest) -> HttpResponse:
    """Swagger UI, from our own static files."""
    return _page(request, "congocart/swagger.html")


@read_only
def redoc(request: HttpRequest) -> HttpResponse:
    """ReDoc, from our own static files."""
    return _page(request, "congocart/redoc.html")


def _page(request: HttpRequest, template: str) -> HttpResponse:
    response = render(request, template)
    response["Content-Security-Policy"] = _POLICY
    return response
