"""The home page of the admin: what is to do, how sales go, and what happened last.

Times and days are those of the shop's time zone; everything is read in a fixed number of
statements, and each person sees only what their roles let them open.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from congocart.dashboard.panels import PANELS
from congocart.dashboard.sales import sales_charts
from congocart.dashboard.to_do import TO_DO


def start_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what the user may see; the names on it are recorded as shown."""
    has_perm = request.user.has_perm
    if sees_orders := has_perm("orders.view_order"):
        request.shows_personal_data = True  # type: ignore[attr-defined]
    return {
        **context,
        "to_do": [make() for permission, make in TO_DO if has_perm(permission)],
        "sales": sales_charts(now=timezone.now()) if sees_orders else None,
        "panels": [make() for permission, make in PANELS if has_perm(permission)],
        "time_zone": settings.SHOP_TIME_ZONE.key,
    }
