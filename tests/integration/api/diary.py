"""A tiny shop of its own: real use cases that write real rows, to show what the API layer does.

Served instead of the project's URLs by tests that need an operation they can stop,
break or let fail between its two transactions.
"""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import path
from rest_framework.request import Request
from rest_framework.views import APIView

from core.access import Access
from core.db.transactions import Finished, RecoveryPoint, two_step, use_case
from core.errors import Conflict, PaymentRequired, Unavailable
from core.http import fields
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.versions import etag
from core.ids import uuid7
from events.models import Event
from tests.api_user import TestUserAuthentication

SUBJECT = UUID("0197f3a1-7b1c-7c3e-9b1a-2f6f0e1d2c3b")
running = threading.Event()
may_finish = threading.Event()
finished = threading.Event()
posted: list[RecoveryPoint] = []  # what the post office was given, by a retry too


class PageFull(Conflict):
    """This page is full."""

    code = "page_full"


class PenDeclined(PaymentRequired):
    """The pen was declined."""

    code = "pen_declined"


@use_case
def add_entry(*, kind: str) -> Event:
    event = Event.objects.create(id=uuid7(), type=kind, subject_id=SUBJECT)
    if kind == "full":
        raise PageFull(retry="never")
    if kind == "down":
        raise Unavailable
    if kind == "bug":
        raise RuntimeError("psycopg secret in /srv/shop.py")
    if kind == "slow":
        running.set()
        may_finish.wait(10)
    return event


def send_letter(*, kind: str) -> Event:
    return two_step(
        record=lambda: write_letter(kind),
        execute=post_letter,
        conclude=file_letter,
    )


def write_letter(kind: str) -> RecoveryPoint | Finished[Event]:
    if kind == "full":
        raise PageFull
    letter = Event.objects.create(id=uuid7(), type=f"begun.{kind}", subject_id=SUBJECT)
    return Finished(letter) if kind == "nothing_to_send" else RecoveryPoint(letter.id)


def post_letter(letter: RecoveryPoint) -> str:
    kind = Event.objects.get(pk=letter.id).type.removeprefix("begun.")
    posted.append(letter)
    running.set()
    if kind in ("slow", "overtaken", "slept"):
        (finished if kind == "slept" and letter.resumed else may_finish).wait(10)
    if kind == "lost":
        raise RuntimeError("the post office burned down")
    if kind == "killed" and not letter.resumed:
        raise SystemExit  # nothing of ours catches it, so all stays as a kill would leave it
    if kind == "registered":
        add_entry(kind="receipt")
    return kind


def file_letter(letter: RecoveryPoint, kind: str) -> Event:
    if kind == "overtaken" and not letter.resumed:
        finished.wait(10)
    if kind in ("overtaken", "slept") and not letter.resumed:
        raise PageFull
    return Event.objects.create(type=f"sent.{kind}", subject_id=SUBJECT)


class EntryInput(fields.Input):
    kind = fields.StrictCharField(max_length=20)


def present(event: Event) -> ApiResponse:
    if event.type == "sent.declined":
        raise PenDeclined
    return ApiResponse(201, {"id": event.id, "type": event.type}, {"ETag": etag(7)})


ANYONE = Access(anonymous=True)


class Entries(APIView):
    authentication_classes = [TestUserAuthentication]

    @operation(
        "entry", "Write", access=ANYONE, tag="Diary", request=EntryInput, responses={201: None}
    )
    def post(self, request: Request, **kwargs: Any) -> HttpResponse:
        body = EntryInput(data=request.data)
        body.is_valid(raise_exception=True)
        return write(request, lambda: add_entry(kind=body.validated_data["kind"]), present)

    patch = put = delete = post


class Letters(APIView):
    authentication_classes = [TestUserAuthentication]

    @operation("letters", "Read", access=ANYONE, tag="Diary", responses={200: None})
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(request.build_absolute_uri())

    @operation(
        "letter", "Send", access=ANYONE, tag="Diary", request=EntryInput, responses={201: None}
    )
    def post(self, request: Request) -> HttpResponse:
        body = EntryInput(data=request.data)
        body.is_valid(raise_exception=True)
        return write(request, lambda: send_letter(kind=body.validated_data["kind"]), present)


class Pages(APIView):
    authentication_classes = [TestUserAuthentication]

    @operation("page_delete", "Delete a page", access=ANYONE, tag="Diary", responses={204: None})
    def delete(self, request: Request) -> HttpResponse:
        return write(request, lambda: add_entry(kind="deleted"), lambda _: ApiResponse(204))


urlpatterns = [
    path("entries", Entries.as_view()),
    path("other/entries", Entries.as_view()),
    path("letters", Letters.as_view()),
    path("page", Pages.as_view()),
]

handler400 = "core.http.error_pages.bad_request"
handler403 = "core.http.error_pages.forbidden"
handler404 = "core.http.error_pages.not_found"
handler500 = "core.http.error_pages.server_error"
