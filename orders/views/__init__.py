"""Orders over HTTP."""

from __future__ import annotations

from orders.views.attending import AttendingViewSet
from orders.views.buyers import OrderLookupViewSet, WithdrawalViewSet
from orders.views.edits import EditViewSet
from orders.views.emails import EmailViewSet
from orders.views.exports import OrderExportViewSet
from orders.views.fulfillments import FulfillmentViewSet
from orders.views.invoices import InvoiceViewSet
from orders.views.orders import OrderViewSet
from orders.views.returns import ReturnViewSet

__all__ = [
    "AttendingViewSet",
    "EditViewSet",
    "EmailViewSet",
    "FulfillmentViewSet",
    "InvoiceViewSet",
    "OrderExportViewSet",
    "OrderLookupViewSet",
    "OrderViewSet",
    "ReturnViewSet",
    "WithdrawalViewSet",
]
