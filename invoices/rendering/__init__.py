"""From what an invoice says to its file: a PDF/A-3 with the EN 16931 XML in it (Factur-X).

The packages that do it come with the extra `invoices`. The same invoice gives the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings

from invoices.domain import RenderingUnavailable
from invoices.models import Invoice
from invoices.rendering.layout import page_of
from invoices.rendering.pdf import pdf_of
from invoices.rendering.xml import is_electronic, xml_of

_PACKAGES = ("typst", "facturx")
# What factur-x stamps with the time of the call: in strings of PDF, and in XMP.
_CLOCK = re.compile(
    rb"(D(?::|\\072))\d{14}(?=(?:\+|\\053)00)|(>)\d{4}(?:-\d\d){2}T[\d:]{8}(?=\+00:00<)"
)
_CLOCK_FORMS = ("%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S")


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of a PDF, and whether the XML is embedded in it."""

    pdf: bytes
    electronic: bool


def is_available() -> bool:
    """Tell whether the packages of the extra `invoices` are installed."""
    return all(find_spec(name) for name in _PACKAGES)


def render(invoice: Invoice) -> File:
    """Render an invoice. Raises `RenderingUnavailable`."""
    if not is_available():
        raise RenderingUnavailable
    pdf, archival = pdf_of(
        page_of(invoice), issued_at=invoice.issued_at, templates=settings.INVOICES.templates
    )
    if not archival or not is_electronic(invoice):
        return File(pdf, electronic=False)
    return File(_with_xml(pdf, invoice), electronic=True)


def _with_xml(pdf: bytes, invoice: Invoice) -> bytes:
    """Embed the XML, checked against the schema of Factur-X; the clock is the invoice's."""
    facturx: Any = import_module("facturx")
    made = facturx.generate_from_binary(
        pdf,
        xml_of(invoice),
        flavor="factur-x",
        level="en16931",
        check_xsd=True,
        pdf_metadata={
            "author": invoice.document["seller"]["name"],
            "title": invoice.number,
            "subject": f"{invoice.get_kind_display()} {invoice.number}",
        },
        lang=invoice.language,
        afrelationship="alternative",
        xmp_compression=False,
    )
    of_pdf, of_xmp = (f"{invoice.issued_at:{form}}".encode() for form in _CLOCK_FORMS)
    return _CLOCK.sub(lambda at: at[1] + of_pdf if at[1] else at[2] + of_xmp, made)
