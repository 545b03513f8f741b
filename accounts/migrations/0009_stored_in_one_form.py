"""Addresses and e-mail addresses come into the form in which they are compared."""

from dataclasses import asdict

from django.db import migrations

from core.address import ADDRESS_FIELDS, Address, normalize_address
from core.db.batches import rewrite
from core.email_address import normalize_email
from core.errors import Invalid


def address_in_one_form(values):
    try:
        return asdict(normalize_address(Address(**values)))
    except Invalid:  # it followed the rules when it was saved; its owner is asked to correct it
        return values


def one_form(apps, schema_editor):
    saved = apps.get_model("accounts", "SavedAddress").objects.all()
    rewrite(saved, address_in_one_form, ADDRESS_FIELDS)
    for model, field in (("User", "email"), ("EmailChange", "new_email")):
        rows = apps.get_model("accounts", model).objects.exclude(**{f"{field}__regex": r"^[\x01-\x7f]*$"})
        rewrite(rows, lambda row: {name: normalize_email(text) for name, text in row.items()}, [field])


class Migration(migrations.Migration):
    # Batch by batch: rows are not locked until the last is done, and a second run goes on.
    atomic = False

    dependencies = [
        ("accounts", "0008_one_form"),
    ]

    operations = [
        migrations.RunPython(one_form, migrations.RunPython.noop),
    ]
