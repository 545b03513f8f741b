"""Foreign keys point down the order of the apps, but for the ones listed here with a reason."""

from __future__ import annotations

from django.apps import apps
from django.db.models import ForeignKey

from tests.architecture.apps import depth_of_apps

# Model.field -> why a lower app refers to a higher one. All of them are written as strings, so
# that no import points up, and none of them is read by the rules of the lower app.
UPWARD = {
    "inventory.Stock.variant": "Stock is of a variant, and its key is the variant's.",
    "inventory.Reservation.checkout": "Units are held for a checkout, and given back by it.",
    "inventory.Movement.order": "The ledger of stock names the order that moved the units.",
    "pricing.Redemption.checkout": "A use is held for a checkout, and given back by it.",
    "pricing.Redemption.order": "A use is taken by the order that the checkout became.",
    "invoices.Invoice.order": "It is issued of an order, and nothing of the order is read by it.",
    "payments.Payment.checkout": "A payment pays for a checkout, one at a time.",
    "payments.Payment.order": "It is the money of the order that the checkout became.",
    "events.Event.actor": "A neighbor: the timeline names who did it.",
    "orders.Order.checkout": "The database refuses a second order of one checkout.",
}


def test_every_foreign_key_points_down_unless_it_is_listed() -> None:
    depth = depth_of_apps()
    upward = set()
    for model in apps.get_models():
        own = model._meta.app_config.name
        for field in model._meta.local_fields:
            if isinstance(field, ForeignKey):
                other = field.related_model._meta.app_config.name
                if own != other and depth.get(other, 99) <= depth.get(own, -1):
                    upward.add(f"{own}.{model.__name__}.{field.name}")
    assert upward == set(UPWARD)
