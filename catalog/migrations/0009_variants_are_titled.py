"""Variants that have options and no title are called by their options, as new ones are."""

from django.db import migrations

from core.db.batches import rewrite


def called_by_its_options(row):
    title = " / ".join(row["options"].values())[:255].rstrip()
    return {"title": title, "options": row["options"]}


def title_variants(apps, schema_editor):
    rows = apps.get_model("catalog", "Variant").objects.filter(title="").exclude(options={})
    rewrite(rows, called_by_its_options, ["title", "options"])


class Migration(migrations.Migration):
    # Batch by batch: rows are not locked until the last is done, and a second run goes on.
    atomic = False

    dependencies = [("catalog", "0008_drafts_are_not_seen")]

    operations = [migrations.RunPython(title_variants, migrations.RunPython.noop)]
