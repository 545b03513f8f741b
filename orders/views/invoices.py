"""Invoices and credit notes of an order over HTTP."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import OWNER_OR_STAFF
from core.http.callers import caller_of
from core.http.operations import Auth, operation
from core.http.pagination import Ordering, paginate
from invoices.domain import InvoiceNotFound, InvoiceNotIssued
from invoices.selectors import IssuedInvoice, invoice_of, invoices_of, latest_invoice_of
from invoices.services import RENDER_ERRORS, rendered
from orders.domain import OrderNotFound
from orders.selectors import order_id_for
from orders.serializers import InvoiceOutput, invoice_body

OLDEST_FIRST = Ordering("oldest", (("id", False, UUID),))
PDF: dict[int | tuple[int, str], OpenApiTypes] = {(200, "application/pdf"): OpenApiTypes.BINARY}


class InvoiceViewSet(ViewSet):
    """What was issued of an order."""

    @operation(
        "listInvoices",
        "List invoices and credit notes",
        access=OWNER_OR_STAFF,
        auth=Auth.ORDER_OWNER,
        scope="orders:read",
        personal=True,
        responses={200: InvoiceOutput(many=True)},
        errors=[OrderNotFound],
        paginated=True,
        tag="Orders",
        description="Of one order, oldest first; none before the invoice is due.",
    )
    def list(self, request: Request, number: str) -> HttpResponse:
        order_id = order_id_for(caller=caller_of(request), number=number)
        return Response(paginate(request, invoices_of(order_id), OLDEST_FIRST).body(invoice_body))

    @operation(
        "getOrderInvoice",
        "Download the invoice of an order",
        access=OWNER_OR_STAFF,
        auth=Auth.ORDER_OWNER,
        scope="orders:read",
        personal=True,
        responses=PDF,
        errors=[OrderNotFound, InvoiceNotIssued, *RENDER_ERRORS],
        tag="Orders",
        description="The latest invoice as PDF/A-3, with its EN 16931 XML in it (Factur-X) where "
        "the shop's particulars are known. 404 `invoice_not_issued` before it is due.",
    )
    def latest(self, request: Request, number: str) -> HttpResponse:
        order_id = order_id_for(caller=caller_of(request), number=number)
        return pdf_response(latest_invoice_of(order_id))

    @operation(
        "getInvoice",
        "Download an invoice or a credit note",
        access=OWNER_OR_STAFF,
        auth=Auth.ORDER_OWNER,
        scope="orders:read",
        personal=True,
        responses=PDF,
        errors=[OrderNotFound, InvoiceNotFound, *RENDER_ERRORS],
        tag="Orders",
        description="By its own number, as PDF/A-3.",
    )
    def retrieve(self, request: Request, number: str, invoice_number: str) -> HttpResponse:
        order_id = order_id_for(caller=caller_of(request), number=number)
        return pdf_response(invoice_of(order_id, invoice_number))


def pdf_response(issued: IssuedInvoice) -> HttpResponse:
    """Return the file; one that no worker has rendered yet is rendered now, and kept."""
    pdf = rendered(invoice=issued, now=timezone.now())
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{issued.number}.pdf"'
    return response
