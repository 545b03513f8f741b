"""ETag, If-Match and If-None-Match for resources that carry a version (RFC 9110, section 13)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import VersionMismatch

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def etag(version: int) -> str:
    """Make the entity tag of a version."""
    return f'"{version}"'


def expected_versions(request: Request) -> frozenset[int] | None:
    """Read the versions named by If-Match; None when the writer set no condition.

    Weak tags count too: proxies weaken a tag when they compress, and a version is exact.
    """
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    tags = _TAG.findall(header)
    if not tags:
        raise VersionMismatch('If-Match has to be an entity tag, such as "3".')
    return frozenset(int(tag) for tag in tags if re.fullmatch(r"[1-9][0-9]{0,17}", tag))


def versioned_read(request: Request, version: int, body: Callable[[], Any]) -> HttpResponse:
    """Return the resource of one owner, or 304 when the client holds this version of it.

    The version counts what was written. A body may show more, such as today's prices and
    stock; a client that polls for those leaves If-None-Match out.
    """
    tag = etag(version)
    if is_current(request, tag):
        return HttpResponse(status=304, headers={"ETag": tag})
    return Response(body(), headers={"ETag": tag})


def is_current(request: Request, tag: str) -> bool:
    """Tell whether If-None-Match says that the client already holds `tag`."""
    header = request.headers.get("If-None-Match", "")
    return header.strip() == "*" or tag.strip('"') in _TAG.findall(header)
