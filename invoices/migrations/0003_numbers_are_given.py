from __future__ import annotations

from django.db import migrations, models

# A number is part of the transaction of its document: what is rolled back gives it back. The
# release before this one still brings a position of its own, and keeps it.
GIVE_NUMBERS = """
CREATE FUNCTION invoices_give_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO invoices_counter (series, year, last) VALUES (NEW.series, NEW.year, 1)
    ON CONFLICT (series, year) DO UPDATE SET last = invoices_counter.last + 1
    RETURNING last INTO NEW.position;
    NEW.number := NEW.series || '-' || NEW.year || '-'
        || lpad(NEW.position::text, greatest(6, length(NEW.position::text)), '0');
    RETURN NEW;
END
$$;
CREATE TRIGGER invoices_give_number BEFORE INSERT ON invoices_invoice
FOR EACH ROW WHEN (NEW.position = 0) EXECUTE FUNCTION invoices_give_number();
"""
LEAVE_NUMBERS = """
DROP TRIGGER invoices_give_number ON invoices_invoice;
DROP FUNCTION invoices_give_number();
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0002_only_grows")]
    operations = [
        migrations.AlterField(
            "invoice", "position", models.PositiveIntegerField(db_default=0)
        ),
        migrations.AlterField(
            "invoice", "number", models.CharField(max_length=32, unique=True, db_default="")
        ),
        migrations.RunSQL(GIVE_NUMBERS, LEAVE_NUMBERS),
    ]
