"""The order of the apps, read from the import contract."""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def depth_of_apps() -> dict[str, int]:
    """How far down each app lies; neighbors lie equally far."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(
        contract["layers"] for contract in settings["contracts"] if "checkout" in contract["layers"]
    )
    return {app.strip(): depth for depth, layer in enumerate(layers) for app in layer.split("|")}
