"""However the shop is started, settings that it cannot run with are refused first, all at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WRONG = {
    "CONGOCART_TAX_RATE": "20",
    "CONGOCART_RATE_READ": "abc",
    "CONGOCART_CURRENCY": "Pound",
    "CONGOCART_CORS_ORIGINS": "localhost:3000",
    "CONGOCART_CURENCY": "GBP",
    "CONGOCART_CART_DAYS": "-1",
    "CONGOCART_RATE_LIMITS": "of",
    "CONGOCART_PAYMENT_PROVIDERS": "manual,barter",
    "CONGOCART_LOG_LEVEL": "loud",
    "CONGOCART_WORKERS": "many",
    "STRIPE_TIMEOUT_SECONDS": "0",
    "DATABASE_URL": "mysql://shop:secret@127.0.0.1/shop",
    "REDIS_URL": ":secret@127.0.0.1",
    "EMAIL_URL": "mailto://shop:secret@127.0.0.1",
    "SECRET_KEY": "",
    "ALLOWED_HOSTS": "https://shop.example",
    "DEBUG": "maybe",
}
STARTS = {
    "up": ["manage.py", "up"],
    "prepare": ["manage.py", "prepare"],
    "worker": ["manage.py", "worker"],
    "audit": ["manage.py", "audit"],
    "check": ["manage.py", "check"],
    "server": ["-m", "congocart.server"],
    "any server": ["-c", "import congocart.wsgi"],
}


@pytest.mark.parametrize("way", STARTS)
def test_each_fault_is_one_line_and_nothing_starts(way: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    started = subprocess.run(
        [sys.executable, *STARTS[way]],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "CONGOCART_DATA_DIR": str(data), "PORT": "47113", **WRONG},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 1
    lines = started.stderr.splitlines()
    assert all(line.startswith("congocart: ") for line in lines)
    assert {line.split()[1] for line in lines} == set(WRONG)
    assert len(lines) == len(WRONG)
    assert "secret" not in started.stderr
    assert not (data / "postgres").exists()
