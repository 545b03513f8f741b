"""Production runs without the package that is for development only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
LOAD_AND_LIST = """
import sys
from importlib import import_module

import_module(sys.argv[1])

from django.urls import get_resolver

get_resolver().url_patterns
print(sorted(name for name in sys.modules if name.partition(".")[0] in ("embedded", "psutil")))
"""


@pytest.mark.parametrize(
    "entry", ["congocart.wsgi", "congocart.server", "congocart.management.commands.worker"]
)
def test_production_loads_nothing_of_the_embedded_postgresql(entry: str) -> None:
    loading = "import django; django.setup()\n" if entry.endswith("worker") else ""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "congocart.settings",
        "CONGOCART_ENVIRONMENT": "production",
        "SECRET_KEY": "".join(chr(97 + number % 26) for number in range(60)),
        "ALLOWED_HOSTS": "shop.example",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    }
    loaded = subprocess.run(
        [sys.executable, "-c", loading + LOAD_AND_LIST, entry],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert loaded.stdout.splitlines() == ["[]"], loaded.stderr
