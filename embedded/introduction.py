"""The text that `up` prints once the shop runs: addresses, logins, a purchase to paste."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from congocart.demo import LOGINS, PASSWORD, SKU
from embedded.data_folder import ROOT

_TEXT = Path(__file__).with_name("introduction.txt")


def introduction(port: int, data: Path, *, database: str, demo: bool) -> str:
    """Return the text for a shop on `port`; the logins and the purchase need the demo shop."""
    addresses, purchase = _TEXT.read_text("utf-8").split("---\n")
    logins = f"  Demo logins {', '.join(LOGINS)}\n  Password    {PASSWORD} for all of them\n"
    text = addresses + purchase if demo else addresses
    where = "" if data == ROOT / ".data" else f"CONGOCART_DATA_DIR={shlex.quote(str(data))} "
    values = {
        "{base}": f"http://127.0.0.1:{port}",
        "{data}": str(data),
        "{database}": database or "the one that DATABASE_URL names; commands need it as well",
        "{manage}": f"{where}{sys.executable} manage.py",
        "{logins}": logins if demo else "",
        "{sku}": SKU,
    }
    for name, value in values.items():
        text = text.replace(name, value)
    return text
