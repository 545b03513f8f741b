"""Jobs for the worker tests; their traces are rows of the table `noted`."""

from __future__ import annotations

import time

from django.db import connection, transaction

from core.db.jobs import Queue, job, periodic


def _write(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO noted (text) VALUES (%s)", [text])


@job(Queue.DEFAULT)
def note(*, text: str) -> None:
    _write(text)


@job(Queue.DEFAULT)
def slow(*, text: str, seconds: float) -> None:
    _write(f"{text} begun")
    time.sleep(seconds)
    _write(f"{text} done")


@job(Queue.DEFAULT)
def failing() -> None:
    raise RuntimeError("on purpose")


@job(Queue.DEFAULT)
def deferring(*, text: str, fails: bool) -> None:
    with transaction.atomic():
        note.defer(text=text)
        if fails:
            raise RuntimeError("on purpose")


@periodic("* * * * * */2")
def tick() -> None:
    _write("tick")
