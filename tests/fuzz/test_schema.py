"""Schemathesis against the real server, on the whole document, as everyone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.domain import Role
from accounts.services import ensure_user
from catalog.domain import NewVariant
from catalog.services import create_product
from core.money import Money
from tests.serving import ROOT, serving
from tests.shop import offer_shipping

HERE = Path(__file__).parent
SEED = os.environ.get("FUZZ_SEED", "20261122")
SECONDS = os.environ.get("FUZZ_SECONDS", "25")
PASSWORD = "not the one in the examples 1896"

pytestmark = [pytest.mark.fuzz, pytest.mark.timeout(600), pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def goods(transactional_db):
    """The goods and the buyer of the document's examples, so that they get somewhere."""
    create_product(
        title="Blue mug",
        variants=[NewVariant(sku="MUG-BLUE", prices=(Money(1999, "GBP"),), stock=1_000_000)],
        now=timezone.now(),
    )
    offer_shipping()


@pytest.mark.parametrize("role", [None, *Role])
def test_no_generated_request_finds_a_fault(role, tmp_path, settings):
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]  # Those that the server has too.
    email = f"{role}@fuzz.example"
    if role:
        ensure_user(email=email, password=PASSWORD, role=role)
    with serving(tmp_path / "server.log") as url:
        run = subprocess.run(
            [
                str(Path(sys.executable).with_name("st")),
                "--config-file", str(HERE / "schemathesis.toml"),
                "run", f"{url}/api/schema",
                "--seed", SEED,
                "--max-time", SECONDS,
            ],
            cwd=tmp_path,
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": "tests.fuzz.checks",
                "PYTHONPATH": str(ROOT),
                **({"FUZZ_EMAIL": email, "FUZZ_PASSWORD": PASSWORD} if role else {}),
            },
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )  # fmt: skip

    assert run.returncode == 0, f"seed {SEED}\n{run.stdout}\n{run.stderr}"
