"""The admin pages of invoices: a list for the accountant, and the files."""

from __future__ import annotations

import io
import zipfile
from importlib import import_module
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter
from unfold.decorators import action, display

from core.backoffice.base import ReadOnlyAdmin
from core.backoffice.columns import link, money, status
from core.backoffice.filters import DaysFilter
from core.http.csv_export import csv_response
from invoices.domain import RenderingUnavailable
from invoices.models import Invoice
from invoices.reports import EXPORT_COLUMNS, OLDEST_FIRST, export_row, invoices_to_export
from invoices.services import rendered

MOST_FILES = 200
KIND_COLORS = {"invoice": "info", "credit_note": "warning"}


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    """Invoices and credit notes, newest first; nobody edits one."""

    shows_personal_data = True
    list_display = [
        "number",
        "kind_label",
        "issued_at",
        "order_link",
        "net_money",
        "tax_money",
        "gross_money",
        "file",
    ]
    list_filter = [
        ("kind", ChoicesDropdownFilter),
        ("currency", FieldTextFilter),
        ("issued_at", DaysFilter),
    ]
    list_select_related = ["order"]
    search_fields = ["number", "order__number"]
    identifiers = {"number": str.upper, "order__number": str.upper}
    search_help_text = "Search by whole number of invoice or order."
    ordering = ["-issued_at", "-id"]
    fields = [
        "number",
        "kind_label",
        "issued_at",
        "order_link",
        "credited",
        "language",
        "net_money",
        "tax_money",
        "gross_money",
        "file",
    ]
    actions = ["print_files", "download_files", "export"]

    kind_label = status("kind", KIND_COLORS)
    order_link = link("orders.order", pk="order_id", text="order.number", label="Order")
    net_money = money("net", label="Without tax")
    tax_money = money("tax")
    gross_money = money("gross", label="Total")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        return super().get_queryset(request).defer("document", "order__search_vector")

    @display(description="File")
    def file(self, invoice: Invoice) -> str:
        """Return a link to the PDF."""
        url = reverse("admin:invoices_invoice_pdf", args=[invoice.pk])
        return format_html('<a class="text-link" href="{}">{}.pdf</a>', url, invoice.number)

    def get_urls(self) -> list[URLPattern]:
        """Return the page of a file before Django's own, which match anything."""
        view: Any = self.admin_site.admin_view(self.pdf_view)
        view.model_admin = self
        return [
            path("<uuid:invoice_id>/pdf/", view, name="invoices_invoice_pdf"),
            *super().get_urls(),
        ]

    def pdf_view(self, request: HttpRequest, invoice_id: UUID) -> HttpResponse:
        """Show the PDF of an invoice in the browser."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        invoice = Invoice.objects.filter(pk=invoice_id).first()
        if invoice is None:
            raise Http404
        pdf = rendered(invoice=invoice, now=timezone.now())
        return _pdf_response(pdf, name=invoice.number)

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Return whether the user may take invoices out of the shop."""
        return bool(request.user.has_perm("invoices.export_invoice"))

    @action(description="Print", permissions=["view"])
    def print_files(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> HttpResponse | None:
        """Open the selected invoices as one PDF, the oldest first."""
        files = self._files(request, queryset)
        if not files:
            return None
        pypdf: Any = import_module("pypdf")
        writer, joined = pypdf.PdfWriter(), io.BytesIO()
        for pdf in files.values():
            writer.append(io.BytesIO(pdf))
        writer.write(joined)
        return _pdf_response(joined.getvalue(), name="invoices")

    @action(description="Download as a ZIP of PDFs", permissions=["export"])
    def download_files(
        self, request: HttpRequest, queryset: QuerySet[Invoice]
    ) -> HttpResponse | None:
        """Send the files of the selected invoices."""
        files = self._files(request, queryset)
        if not files:
            return None
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, pdf in files.items():
                archive.writestr(f"{name}.pdf", pdf)
        response = HttpResponse(packed.getvalue(), content_type="application/zip")
        response["Content-Disposition"] = 'attachment; filename="invoices.zip"'
        return response

    @action(description="Export as CSV", permissions=["export"])
    def export(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> StreamingHttpResponse:
        """Stream the selected invoices, of any number, as a file that spreadsheets open."""
        return csv_response(
            invoices_to_export(queryset),
            ordering=OLDEST_FIRST,
            columns=EXPORT_COLUMNS,
            row_of=export_row,
            name="invoices.csv",
            bom=True,
        )

    def _files(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> dict[str, bytes]:
        """Return the PDFs by their numbers, oldest first; none, with a message, of too many."""
        chosen = Invoice.objects.filter(pk__in=queryset.order_by().values("pk")).order_by("id")
        if chosen.count() > MOST_FILES:
            said = f"Select at most {MOST_FILES} invoices; the CSV export takes any number."
            self.message_user(request, said, messages.ERROR)
            return {}
        try:
            return {each.number: rendered(invoice=each, now=timezone.now()) for each in chosen}
        except RenderingUnavailable as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
            return {}


def _pdf_response(pdf: bytes, *, name: str) -> HttpResponse:
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
