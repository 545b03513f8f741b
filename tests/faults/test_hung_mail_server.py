"""A mail server that takes connections and says nothing holds up mails and nothing else."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from accounts.domain import Role
from accounts.emails import send_verification
from accounts.services import ensure_user
from checkout.models import Checkout
from checkout.tasks import expire_checkouts, recover_payments
from core.db.models import JobError
from payments.models import Payment
from tests.faults.running import ROOT, until
from tests.serving import database_url
from tests.shop import new_checkout, offer_shipping, pay, stock_of, stock_variants

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

MAILS = 40


class MailServer:
    """Listens, takes what comes, and never says a word."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.connections: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with suppress(OSError):  # it is closed
            while True:
                self.connections.append(self.listener.accept()[0])

    def close(self) -> None:
        for each in (self.listener, *self.connections):
            each.close()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.close()


@pytest.fixture
def worker(transactional_db: None, mail_server: MailServer, tmp_path: Path) -> Iterator[None]:
    """Begins with as many mails as it sends at a time, while others wait."""
    user = ensure_user(email="ada@example.com", password="x", role=Role.CUSTOMER)
    for _ in range(MAILS):
        send_verification.defer(user_id=str(user.pk))
    environment = {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "congocart.settings",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}",
    }
    with (tmp_path / "worker.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, ROOT / "manage.py", "worker"],
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    until(lambda: len(mail_server.connections) == 4)
    yield
    process.kill()
    process.wait()
    connection.close()


def test_payment_recovery_and_expiry_wait_for_no_mail(
    client: APIClient, worker: None, mail_server: MailServer
) -> None:
    offer_shipping()
    stock_variants(stock=5)
    lapsed = new_checkout(client, ["SKU-0"], 2)["id"]
    lost = new_checkout(client, ["SKU-0"])["id"]
    assert pay(client, {"id": lost}, "tok_timeout").status_code == 202
    past = timezone.now() - timedelta(minutes=1)
    Checkout.objects.filter(pk=lapsed).update(reservation_expires_at=past)
    Payment.objects.update(next_attempt_at=past)

    started = time.monotonic()
    for task in (expire_checkouts, recover_payments):
        with suppress(Exception):  # one waits already
            task.defer(timestamp=0)
    until(lambda: Checkout.objects.get(pk=lapsed).status == "expired")
    until(lambda: Checkout.objects.get(pk=lost).status == "completed")

    assert time.monotonic() - started < 8
    assert stock_of("SKU-0") == (4, 0)
    mails = ProcrastinateJob.objects.filter(task_name="accounts.emails.send_verification")
    assert mails.count() == MAILS  # none was sent, none is lost
    until(JobError.objects.exists)  # the first time-outs
    assert "timed out" in JobError.objects.first().error
