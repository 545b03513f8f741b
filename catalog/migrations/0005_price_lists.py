"""Prices of lists, what prices were, and the price that a reduced one is compared with."""

import django.db.models.deletion
import django.utils.timezone
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

import core.ids

MAX_AMOUNT, MAX_QUANTITY = 10**12, 9_999


def of(to, **options):
    return models.ForeignKey(to=to, on_delete=django.db.models.deletion.PROTECT, **options)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_priced_by_a_ledger"), ("pricing", "0002_price_lists")]

    operations = [
        migrations.CreateModel(
            name="ListPrice",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("min_quantity", models.PositiveIntegerField(default=1)),
                ("starts_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("amount", models.BigIntegerField(blank=True, help_text="Minor units of the list's currency.", null=True)),
                ("created_at", models.DateTimeField(db_default=Now(), editable=False, help_text="It held no earlier than it was written.")),
                ("price_list", of("pricing.pricelist", related_name="prices")),
                ("variant", of("catalog.variant", related_name="list_prices", db_index=False)),
            ],
            options={
                "indexes": [models.Index(fields=["starts_at"], name="catalog_list_price_by_start")],
                "constraints": [
                    models.UniqueConstraint(fields=("variant", "price_list", "min_quantity", "starts_at"), name="catalog_one_list_price_at_a_time"),
                    models.CheckConstraint(condition=Q(amount__gte=0, amount__lte=MAX_AMOUNT), name="catalog_list_price_in_range"),
                    models.CheckConstraint(condition=Q(min_quantity__gte=1, min_quantity__lte=MAX_QUANTITY), name="catalog_min_quantity_in_range"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("starts_at", models.DateTimeField()),
                ("amount", models.BigIntegerField(null=True)),
                ("compare_at", models.BigIntegerField(null=True)),
                ("variant", of("catalog.variant", related_name="price_changes", db_index=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("variant", "currency", "starts_at"), name="catalog_one_change_at_a_time"),
                ],
            },
        ),
        migrations.AddField(
            "price",
            "compare_at",
            models.BigIntegerField(blank=True, help_text="The price that it is a reduction of; shown where it is the higher one.", null=True),
        ),
        AddConstraintNotValid(
            "price",
            models.CheckConstraint(condition=Q(compare_at__gte=0, compare_at__lte=MAX_AMOUNT), name="catalog_compare_at_in_range"),
        ),
    ]
