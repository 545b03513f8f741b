from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

Import = Callable[..., tuple[str, list[str]]]


@pytest.fixture
def run(tmp_path: Path) -> Import:
    """Imports a text or the bytes of a file: what it prints, and its complaints."""

    def run_import(content: str | bytes, **options: str) -> tuple[str, list[str]]:
        path = tmp_path / "products.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out, err = StringIO(), StringIO()
        call_command("import_products", str(path), stdout=out, stderr=err, **options)
        return out.getvalue().strip(), err.getvalue().splitlines()

    return run_import
