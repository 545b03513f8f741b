"""Paths of the inventory."""

from __future__ import annotations

from django.urls import path

from inventory.views import StockViewSet

urlpatterns = [
    path("variants/<path:sku>/stock", StockViewSet.as_view({"get": "retrieve"})),
    path("variants/<path:sku>/stock-adjustments", StockViewSet.as_view({"post": "adjust"})),
]
