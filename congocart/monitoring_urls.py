"""URLs for monitoring."""

from __future__ import annotations

from django.urls import path

from congocart.health import livez, readyz
from congocart.metrics import metrics

urlpatterns = [
    path("livez", livez),
    path("readyz", readyz),
    path("metrics", metrics),
]
