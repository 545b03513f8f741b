"""Orders over HTTP."""

from __future__ import annotations

from orders.views.goods import FulfillmentViewSet, ReturnViewSet
from orders.views.orders import OrderViewSet

__all__ = ["FulfillmentViewSet", "OrderViewSet", "ReturnViewSet"]
