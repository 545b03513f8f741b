"""Typesetting: typst compiles a template with what a page says into a PDF."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).parent / "templates"
NAME = "invoice.typ"


def pdf_of(
    page: Mapping[str, Any], *, issued_at: datetime, templates: Path | None
) -> tuple[bytes, bool]:
    """Return the PDF of a page, and whether it is PDF/A-3, which takes a letter for every sign.

    `templates` is the shop's own folder: `invoices/invoice.typ` in it replaces ours, and
    `invoices/fonts` has more fonts. The fonts of the machine are not used.
    """
    typst: Any = import_module("typst")
    compiler = _compiler(page, templates)
    moment = int(issued_at.timestamp())
    with suppress(typst.TypstError):
        archival = ["a-3b"]
        return compiler.compile(format="pdf", timestamp=moment, pdf_standards=archival), True
    return compiler.compile(format="pdf", timestamp=moment), False


def png_of(page: Mapping[str, Any], *, templates: Path | None) -> list[bytes]:
    """Return a picture of each page, for looking at a template."""
    made: Any = _compiler(page, templates).compile(format="png")
    return made if isinstance(made, list) else [made]


def _compiler(page: Mapping[str, Any], templates: Path | None) -> Any:
    typst: Any = import_module("typst")
    own = templates / "invoices" if templates else TEMPLATES
    folder = own if (own / NAME).is_file() else TEMPLATES
    fonts = own / "fonts"
    return typst.Compiler(
        str(folder / NAME),
        root=folder,
        font_paths=[fonts] if fonts.is_dir() else [],
        ignore_system_fonts=True,
        sys_inputs={"page": json.dumps(page)},
    )
