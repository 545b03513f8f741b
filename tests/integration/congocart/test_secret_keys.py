"""Servers, workers and commands with another SECRET_KEY than their shop's do no harm."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from django.db import connection

from accounts.domain import KeyState, Role
from accounts.models import SigningKey
from accounts.services import ensure_user
from core.db.secret_keys import record_secret_key
from tests.conftest import PASSWORD
from tests.serving import ROOT, database_url, serving

pytestmark = pytest.mark.django_db(transaction=True)

OTHER = "".join(chr(97 + number % 26) for number in range(60))
LOGIN = {"email": "ada@example.com", "password": PASSWORD}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    ours = {"DJANGO_SETTINGS_MODULE": "congocart.settings", "DATABASE_URL": database_url()}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **ours, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
def test_two_servers_with_different_keys_leave_each_other_alone(tmp_path: Path, settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    ensure_user(email=LOGIN["email"], password=PASSWORD, role=Role.CUSTOMER)
    with serving(tmp_path / "first") as first, serving(tmp_path / "other", SECRET_KEY=OTHER) as bad:
        assert httpx.get(f"{first}/readyz").status_code == 200
        assert httpx.post(f"{first}/api/v1/auth/token", json=LOGIN).status_code == 200
        refused = httpx.get(f"{bad}/readyz")
        assert refused.status_code == 503
        assert refused.json()["checks"]["secret_key"] == "not the one of the other servers"
        assert httpx.post(f"{bad}/api/v1/auth/token", json=LOGIN).status_code == 503
        assert httpx.post(f"{first}/api/v1/auth/token", json=LOGIN).status_code == 200
        assert httpx.get(f"{first}/readyz").status_code == 200
    assert not SigningKey.objects.filter(state=KeyState.RETIRED).exists()
    for log in ("first", "other"):
        said = (tmp_path / log).read_text()
        assert OTHER not in said
        assert settings.SECRET_KEY not in said


@pytest.mark.parametrize("command", ["prepare", "worker", "rotate_keys"])
def test_a_command_with_another_key_is_refused_in_one_line(command: str) -> None:
    record_secret_key()
    refused = manage(command, SECRET_KEY=OTHER)
    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert "SECRET_KEY is not the one that this shop runs with" in line
    assert OTHER not in line


def test_prepare_takes_a_new_key_when_it_is_told_that_the_former_is_lost() -> None:
    record_secret_key()
    assert manage("prepare", "--new-secret-key", SECRET_KEY=OTHER).returncode == 0
    assert manage("prepare").returncode == 1
    assert manage("prepare", SECRET_KEY=OTHER).returncode == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT fingerprint FROM db_sharedsecretkey")
        (recorded,) = cursor.fetchone()
    assert OTHER not in recorded
