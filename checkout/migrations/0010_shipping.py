"""Zones, bands and what a method is free with; what a checkout was offered."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from core.db.versioned_v1 import changes_version

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def names(what):
    return django.contrib.postgres.fields.ArrayField(
        models.CharField(max_length=200),
        blank=True,
        db_default=[],
        default=list,
        help_text=f"It is free when the cart has any of these {what}.",
        size=None,
    )


def to_method(related_name):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to="checkout.shippingmethod"
    )


class Migration(migrations.Migration):
    # After it a node of the previous release offers no method that is priced by bands, and does
    # not know zones: it goes on to offer flat methods everywhere.
    dependencies = [
        ("checkout", "0009_price_breaks"),
        ("pricing", "0001_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShippingZone",
            fields=[
                ("code", models.SlugField(primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=100)),
            ],
            options={"ordering": ["title", "code"]},
        ),
        migrations.CreateModel(
            name="ShippingArea",
            fields=[
                ID,
                ("country", models.CharField(blank=True, help_text="An ISO 3166-1 code.", max_length=2)),
                (
                    "region",
                    models.CharField(
                        blank=True, help_text="As addresses have it; empty for all regions.", max_length=100
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="areas",
                        to="checkout.shippingzone",
                    ),
                ),
            ],
            options={
                "ordering": ["country", "region"],
                "constraints": [
                    models.UniqueConstraint(fields=["country", "region"], name="checkout_one_zone_per_area"),
                    models.CheckConstraint(
                        condition=Q(region="") | Q(country__regex="^[A-Z]{2}$"),
                        name="checkout_region_of_a_country",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShippingMethodZone",
            fields=[
                ID,
                ("method", to_method("zones")),
                (
                    "zone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="methods",
                        to="checkout.shippingzone",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["method", "zone"], name="checkout_method_once_per_zone"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShippingBand",
            fields=[
                ID,
                ("currency", models.CharField(max_length=3)),
                ("minimum", models.BigIntegerField()),
                ("amount", models.BigIntegerField(blank=True, null=True)),
                ("method", to_method("bands")),
            ],
            options={
                "ordering": ["currency", "minimum"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["method", "currency", "minimum"], name="checkout_bands_begin_apart"
                    ),
                    models.CheckConstraint(
                        condition=Q(minimum__gte=0, minimum__lte=10**12),
                        name="checkout_band_begins_in_bounds",
                    ),
                    models.CheckConstraint(
                        condition=Q(amount=None) | Q(amount__gte=0, amount__lte=10**12),
                        name="checkout_band_amount_in_bounds",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FreeShippingFrom",
            fields=[
                ID,
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("method", to_method("free_from")),
            ],
            options={
                "verbose_name": "free from",
                "verbose_name_plural": "free from",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["method", "currency"], name="checkout_one_free_from_per_currency"
                    ),
                    models.CheckConstraint(
                        condition=Q(amount__gte=0, amount__lte=10**12), name="checkout_free_from_in_bounds"
                    ),
                ],
            },
        ),
        migrations.AddField(
            "shippingmethod",
            "priced_by",
            models.CharField(
                choices=[
                    ("flat", "Flat"),
                    ("weight", "Weight"),
                    ("subtotal", "Subtotal"),
                    ("quantity", "Quantity"),
                ],
                db_default="flat",
                default="flat",
                max_length=10,
            ),
        ),
        migrations.AddField(
            "shippingmethod",
            "min_days",
            models.PositiveSmallIntegerField(
                blank=True,
                help_text="It arrives no earlier than so many days after the order.",
                null=True,
            ),
        ),
        migrations.AddField(
            "shippingmethod",
            "max_days",
            models.PositiveSmallIntegerField(
                blank=True,
                help_text="It arrives no later than so many days after the order.",
                null=True,
            ),
        ),
        migrations.AddField(
            "shippingmethod",
            "pickup",
            models.BooleanField(
                db_default=False, default=False, help_text="The buyer comes for it: no address is needed."
            ),
        ),
        migrations.AddField(
            "shippingmethod",
            "pickup_location",
            models.TextField(
                blank=True, db_default="", default="", help_text="Where and when.", max_length=500
            ),
        ),
        migrations.AddField("shippingmethod", "free_with_skus", names("SKUs")),
        migrations.AddField("shippingmethod", "free_with_products", names("products (slugs)")),
        migrations.AddField("shippingmethod", "free_with_categories", names("categories (slugs)")),
        migrations.AddField(
            "checkout",
            "shipping_offers",
            models.JSONField(
                blank=True,
                db_default=[],
                default=list,
                help_text="The ways to deliver that could be chosen when it was priced.",
            ),
        ),
        migrations.AddField(
            "checkout",
            "unavailable_shipping_title",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="The method that was chosen until it was not offered any more.",
                max_length=100,
            ),
        ),
        migrations.AddField(
            "checkout",
            "requires_shipping",
            models.BooleanField(
                db_default=True, default=True, help_text="Whether any of its lines is to be delivered."
            ),
        ),
        *[
            changes_version(f"checkout_{table}", of="pricing_rulesversion")
            for table in (
                "shippingmethod",
                "shippingprice",
                "shippingmethodzone",
                "shippingband",
                "freeshippingfrom",
                "shippingzone",
                "shippingarea",
            )
        ],
    ]
