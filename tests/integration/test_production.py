"""Production refuses to start unsafe, and what starts passes Django's own audit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import database_url

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
SAFE = {
    "CONGOCART_ENVIRONMENT": "production",
    "SECRET_KEY": "".join(chr(33 + number) for number in range(60)),
    "ALLOWED_HOSTS": "shop.example",
    "CONGOCART_SELLER_NAME": "Shop Ltd",
    "CONGOCART_SELLER_COUNTRY": "GB",
    "CONGOCART_SELLER_VAT_NUMBER": "GB123456789",
}


def check(**changes: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "congocart.settings",
        "DATABASE_URL": database_url(),
        **SAFE,
        **changes,
    }
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(  # noqa: PLW1510
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


def test_safe_settings_pass_djangos_deployment_checks():
    result = check()
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


def test_a_seller_without_particulars_is_warned_of():
    result = check(CONGOCART_SELLER_NAME="")
    assert "CONGOCART_SELLER_NAME" in result.stderr
    assert result.returncode != 0


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "development-only-" * 3}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
        ({"SECRET_KEY_FALLBACKS": "development-only-" * 3}, "SECRET_KEY_FALLBACKS"),
        ({"DEBUG": "on"}, "DEBUG"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "shop.example,*"}, "ALLOWED_HOSTS"),
        ({"CONGOCART_PAYMENT_PROVIDERS": "manual,test"}, "test"),
    ],
)
def test_production_does_not_start_with(changes, complaint):
    result = check(**changes)
    assert result.returncode != 0
    (line,) = result.stderr.splitlines()
    assert complaint in line


@pytest.mark.parametrize("name", ["Production", "prod", "live", ""])
def test_an_environment_of_another_name_is_not_taken_for_development(name):
    result = check(CONGOCART_ENVIRONMENT=name)
    assert result.returncode != 0
    assert "CONGOCART_ENVIRONMENT" in result.stderr
