"""Some requests to a shop that logs as in production; run as a process of its own."""

from __future__ import annotations

import logging
from smtplib import SMTPRecipientsRefused
from urllib.parse import quote

import django
import structlog
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path


def broken(request: HttpRequest) -> HttpResponse:
    address = request.GET["email"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE people (email text PRIMARY KEY)")
        cursor.execute("INSERT INTO people VALUES (%s), (%s)", [address, address])
    return HttpResponse()


def fine(request: HttpRequest, number: int) -> HttpResponse:
    return HttpResponse(str(number))


def refused(request: HttpRequest) -> HttpResponse:
    """What a library tells in its own words, and in those of an exception."""
    address = request.GET["email"]
    error = SMTPRecipientsRefused({address: (550, f"no <{address}> here".encode())})
    logging.getLogger("procrastinate").error("To %s: %s", address, error, exc_info=error)
    told = {"to": [address], "url": f"/x?to={quote(address)}", "why": error, "by": {address: 1}}
    structlog.get_logger().warning(f"refused {address}", **told, exc_info=error)
    return HttpResponse()


urlpatterns = [path("broken", broken), path("refused", refused), path("fine/<int:number>", fine)]
handler404 = "core.http.error_pages.not_found"
handler500 = "core.http.error_pages.server_error"

if __name__ == "__main__":
    settings.ROOT_URLCONF = __name__
    settings.ALLOWED_HOSTS = ["testserver"]
    django.setup()

    from django.test import Client

    client = Client(raise_request_exception=False, headers={"X-Request-ID": "abc"})
    client.get("/fine/5?email=ada@example.com")
    client.get("/nowhere/ada@example.com")
    client.get("/broken?email=ada@example.com")
    client.get("/refused?email=ada@example.com")
