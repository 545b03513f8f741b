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

_CATALOGUE = Path(__file__).with_name("demo_catalogue.csv")


class Command(BaseCommand):
    """Adds what is missing and leaves alone what is there, so it can run at every start."""

    help = "Loads the demo shop: products, shipping methods and logins with known passwords."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo shop has passwords that everybody knows; not here.")
        created = self._load_products()
        self._load_shipping_methods()
        known = known_emails(LOGINS)
        for email, role in LOGINS.items():
            if email not in known:
                ensure_user(email=email, password=PASSWORD, role=Role(role))
        self.stdout.write(f"{created} demo products added; logins: {', '.join(LOGINS)}.")

    def _load_products(self) -> int:
        rows = read_products(_CATALOGUE, format_name="congocart", currency="GBP")
        products = [row for row in rows if isinstance(row, ImportedProduct)]
        taken = taken_slugs(product.handle for product in products)
        missing = [product for product in products if product.handle not in taken]
        return import_products(products=missing, now=timezone.now()).created

    def _load_shipping_methods(self) -> None:
        ensure_shipping_method(
            code="standard",
            title="Standard, three to five days",
            prices={"GBP": 395, "EUR": 490, "USD": 590},
        )
        ensure_shipping_method(
            code="express",
            title="Express, the next working day",
            prices={"GBP": 895, "EUR": 1_090, "USD": 1_290},
            position=1,
        )
        ensure_shipping_method(
            code="collect",
            title="Collect from the shop",
            prices={"GBP": 0, "EUR": 0, "USD": 0},
            position=2,
        )
