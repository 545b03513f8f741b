"""Rows of every model, written straight into the tables: what the admin shows, not how it grew."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.utils import timezone

from accounts.domain import STAFF_ROLES, Role
from accounts.models import CustomerGroup, StaffInvitation, User
from carts.models import Cart, CartLine
from catalog.models import Category, ListPrice, Price, Product, Variant
from checkout.models import (
    Checkout,
    CheckoutLine,
    DraftOrder,
    ShippingArea,
    ShippingMethod,
    ShippingMethodZone,
    ShippingPrice,
    ShippingZone,
)
from core.http.models import IdempotencyKey
from events.models import Event
from inventory.models import Movement, Reservation, Stock
from orders.models import Order, OrderLine
from orders.services.invoicing import issue_due
from payments.models import Payment
from pricing.models import PriceList, TaxRate, VatCheck
from staff.models import ApiKey, PersonalDataAccess
from tests.promotions import offer

ADDRESS = {
    "first_name": "Ada", "last_name": "Lovelace", "company": "", "line1": "12 St James's Square",
    "line2": "", "city": "London", "region": "", "postal_code": "SW1Y 4JH", "country_code": "GB",
    "phone": "",
}  # fmt: skip


def person(email: str, *roles: Role, password: str = "") -> User:
    """Someone with exactly these roles."""
    user = User.objects.create_user(
        email, password or None, is_staff=bool(STAFF_ROLES.intersection(roles))
    )
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    return user


def variants(count: int, *, prefix: str = "SKU") -> list[Variant]:
    """Products of one variant each, with a price, stock and the movement that made it."""
    category = Category.objects.create(slug=f"{prefix}-category".lower(), title=f"{prefix} goods")
    made = []
    for number in range(count):
        product = Product.objects.create(
            slug=f"{prefix}-{number}".lower(), title=f"Teapot {prefix} {number}", category=category
        )
        variant = Variant.objects.create(product=product, sku=f"{prefix}-{number}")
        Price.objects.create(variant=variant, currency="GBP", amount=1999)
        stock = Stock.objects.create(variant=variant, on_hand=10, reserved=1)
        Movement.objects.create(stock=stock, delta=10, kind="initial")
        made.append(variant)
    return made


def order(
    lines: list[Variant], *, customer: User | None = None, now: datetime | None = None
) -> Order:
    """An order of one of each, with the cart, checkout, reservations, payment and events of it."""
    now = now or timezone.now()
    owner: dict[str, Any] = {"customer": customer, "currency": "GBP"}
    total = 1999 * len(lines)
    sums = {"subtotal": total, "discount": 0, "shipping": 0, "tax": 0, "total": total}
    cart = Cart.objects.create(**owner, status="ordered", expires_at=now + timedelta(days=30))
    checkout = Checkout.objects.create(
        **owner, **sums, cart=cart, cart_version=1, status="completed", email="ada@example.com",
        shipping_address=ADDRESS, billing_address=ADDRESS, shipping_method="standard",
        shipping_title="Standard", reservation_expires_at=now + timedelta(minutes=15),
    )  # fmt: skip
    placed = Order.objects.create(
        **owner, **sums, checkout=checkout, email="ada@example.com", shipping_address=ADDRESS,
        billing_address=ADDRESS, shipping_method="standard", shipping_title="Standard",
        placed_at=now,
    )  # fmt: skip
    _write_lines(lines, cart=cart, checkout=checkout, order=placed, now=now)
    Payment.objects.create(
        checkout=checkout, order=placed, provider="manual", capture="offline", amount=total,
        currency="GBP",        reference=f"ref-{placed.number}",
    )  # fmt: skip
    Event.objects.create(type="order.placed", subject_id=placed.pk, data={"total": total})
    return placed


def _write_lines(
    lines: list[Variant], *, cart: Cart, checkout: Checkout, order: Order, now: datetime
) -> None:
    amounts = {"quantity": 1, "unit_price": 1999, "discount": 0, "tax": 0, "total": 1999}
    CartLine.objects.bulk_create(
        CartLine(cart=cart, variant=variant, quantity=1, seen_price=1999) for variant in lines
    )
    CheckoutLine.objects.bulk_create(
        CheckoutLine(
            checkout=checkout, variant=variant, sku=variant.sku, title="Teapot", position=position,
            **amounts,
        )
        for position, variant in enumerate(lines)
    )  # fmt: skip
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order, variant=variant, sku=variant.sku, title="Teapot", position=position,
            **amounts,
        )
        for position, variant in enumerate(lines)
    )  # fmt: skip
    Reservation.objects.bulk_create(
        Reservation(
            checkout=checkout, stock_id=variant.pk, quantity=1,
            expires_at=now + timedelta(minutes=15),
        )
        for variant in lines
    )  # fmt: skip


def job(*, status: str = "failed", task: str = "checkout.tasks.expire_reservations") -> int:
    """A background job in that state, with the events that led there; returns its number."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status, attempts)
            VALUES ('default', %s, 0, %s, %s::procrastinate_job_status, 1) RETURNING id
            """,
            [task, json.dumps({"limit": 100}), status],
        )
        return int(cursor.fetchone()[0])


def shop(count: int) -> None:
    """`count` rows or more of everything that the admin lists."""
    for number, variant in enumerate(variants(count)):
        customer = person(f"customer-{number}@example.com", Role.SUPPORT)
        invoiced = order([variant], customer=customer)
        with transaction.atomic():
            issue_due(invoiced.pk, now=timezone.now())
        method = ShippingMethod.objects.create(code=f"way-{number}", title=f"Way {number}")
        ShippingPrice.objects.create(method=method, currency="GBP", amount=499)
        zone = ShippingZone.objects.create(code=f"zone-{number}", title=f"Zone {number}")
        ShippingArea.objects.create(zone=zone, country="US", region=f"R{number}")
        ShippingMethodZone.objects.create(method=method, zone=zone)
        offer(f"CODE{number}", title=f"Offer {number}")
        Category.objects.create(slug=f"branch-{number}", title=f"Branch {number}")
        IdempotencyKey.objects.create(
            id=f"{number:064}", fingerprint="f", status=201, sealed=b"x", created_at=timezone.now()
        )
        ApiKey.objects.create(
            owner=customer, name=f"Key {number}", shown="cck_4f1d9c0b", secret_hash=f"{number:064}",
            scopes=["stock:read"], created_at=timezone.now(),
        )  # fmt: skip
        PersonalDataAccess.objects.create(
            actor=customer, operation="getOrder", path=f"/{number}", at=timezone.now()
        )
        TaxRate.objects.create(
            country="GB", tax_class=f"class-{number}", rate="0.2", valid_from="2011-01-04"
        )
        VatCheck.objects.create(
            number=f"XI{number}", valid=True, answer={}, requested_at=timezone.now()
        )
        price_list = PriceList.objects.create(
            code=f"list-{number}", title=f"List {number}", currency="GBP"
        )
        ListPrice.objects.create(price_list=price_list, variant=variant, amount=1899)
        group = CustomerGroup.objects.create(code=f"group-{number}", title=f"Group {number}")
        customer.customer_groups.add(group)
        DraftOrder.objects.create(
            checkout_id=invoiced.checkout_id, created_by=customer, created_at=timezone.now()
        )
        StaffInvitation.objects.create(
            email=f"invited-{number}@example.com", role="support", invited_by=customer,
            created_at=timezone.now(), expires_at=timezone.now() + timedelta(days=7),
        )  # fmt: skip
        job()
