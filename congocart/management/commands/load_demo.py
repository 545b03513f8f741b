from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.domain import Role
from accounts.selectors import known_emails
from accounts.services import ensure_user
from catalog.importing import ImportedProduct, read_products
from catalog.selectors import taken_slugs
from catalog.services import import_products
from checkout.services import ensure_shipping_method
from congocart.demo import LOGINS, PASSWORD

_CATALOG = Path(__file__).with_name("demo_catalog.csv")
_SHIPPING_METHODS = [
    ("standard", "Standard, three to five days", {"GBP": 395, "EUR": 490, "USD": 590}),
    ("express", "Express, the next working day", {"GBP": 895, "EUR": 1_090, "USD": 1_290}),
    ("collect", "Collect from the shop", {"GBP": 0, "EUR": 0, "USD": 0}),
]


class Command(BaseCommand):
    """Add what is missing and leave alone what is there, so that it can run at every start."""

    help = "Loads the demo shop: products, shipping methods and logins with known passwords."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo shop has well-known passwords; it is not for production.")
        rows = read_products(_CATALOG, format_name="congocart", currency="GBP")
        products = [row for row in rows if isinstance(row, ImportedProduct)]
        taken = taken_slugs(product.handle for product in products)
        missing = [product for product in products if product.handle not in taken]
        created = import_products(products=missing, now=timezone.now()).created
        for position, (code, title, prices) in enumerate(_SHIPPING_METHODS):
            ensure_shipping_method(code=code, title=title, prices=prices, position=position)
        known = known_emails(LOGINS)
        for email, role in LOGINS.items():
            if email not in known:
                ensure_user(email=email, password=PASSWORD, role=Role(role))
        self.stdout.write(f"{created} demo products added; logins: {', '.join(LOGINS)}.")
