"""What `up` says when the shop runs: where things are, and a purchase to paste."""

from __future__ import annotations

from pathlib import Path

from congocart.demo import LOGINS, PASSWORD, SKU

_TEXT = Path(__file__).with_name("introduction.txt")


def introduction(port: int, data: Path, *, demo: bool) -> str:
    """For the terminal."""
    where, purchase = _TEXT.read_text("utf-8").split("---\n")
    text = where + purchase if demo else where
    filled = {
        "{base}": f"http://127.0.0.1:{port}",
        "{data}": str(data),
        "{logins}": _logins() if demo else "",
        "{sku}": SKU,
    }
    for name, value in filled.items():
        text = text.replace(name, value)
    return text


def _logins() -> str:
    return f"  Demo logins {', '.join(LOGINS)}\n  Password    {PASSWORD} for all of them\n"
