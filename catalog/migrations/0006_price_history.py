"""PostgreSQL keeps every price there was; what prices have begun, nobody rewrites.

The price of today is known to hold since its product was last changed, because every change of a
price changes that.
"""

from __future__ import annotations

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

from core.db.append_only_v1 import only_grows
from core.db.versioned_v1 import changes_version

RECORD = """
CREATE FUNCTION catalog_record_price(its_variant uuid, its_currency varchar, cost bigint, was bigint)
RETURNS void LANGUAGE sql AS $$
    -- Later than the last one, even when the clock was set back.
    INSERT INTO catalog_pricechange (variant_id, currency, starts_at, amount, compare_at)
    SELECT its_variant, its_currency,
           greatest(clock_timestamp(), max(starts_at) + interval '1 microsecond'), cost, was
    FROM catalog_pricechange WHERE variant_id = its_variant AND currency = its_currency
$$;
CREATE FUNCTION catalog_price_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE'
        AND (OLD.variant_id, OLD.currency) IS DISTINCT FROM (NEW.variant_id, NEW.currency) THEN
        PERFORM catalog_record_price(OLD.variant_id, OLD.currency, NULL, NULL);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM catalog_record_price(NEW.variant_id, NEW.currency, NEW.amount, NEW.compare_at);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER price_set AFTER INSERT OR DELETE ON catalog_price FOR EACH ROW
EXECUTE FUNCTION catalog_price_changed();
CREATE TRIGGER price_changed AFTER UPDATE ON catalog_price FOR EACH ROW
WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION catalog_price_changed();
"""

# After the triggers, whose lock keeps prices as they are until this is committed.
FIRST_ROWS = """
INSERT INTO catalog_pricechange (variant_id, currency, starts_at, amount)
SELECT price.variant_id, price.currency, product.updated_at, price.amount
FROM catalog_price price
JOIN catalog_variant variant ON variant.id = price.variant_id
JOIN catalog_product product ON product.id = variant.product_id
"""

# What has not begun was never asked of anyone: it may be deleted, as a typing error.
LIST_PRICES = """
CREATE TRIGGER only_grows_update BEFORE UPDATE ON catalog_listprice FOR EACH ROW
WHEN (OLD IS DISTINCT FROM NEW) EXECUTE FUNCTION congocart_refuse_rewriting();
CREATE TRIGGER only_grows_delete BEFORE DELETE ON catalog_listprice FOR EACH ROW
WHEN (OLD.starts_at <= clock_timestamp()) EXECUTE FUNCTION congocart_refuse_rewriting();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_price_lists"), ("db", "0005_versioned")]

    operations = [
        migrations.RunSQL(
            RECORD,
            """
            DROP TRIGGER price_set ON catalog_price; DROP TRIGGER price_changed ON catalog_price;
            DROP FUNCTION catalog_price_changed;
            DROP FUNCTION catalog_record_price(uuid, varchar, bigint, bigint)
            """,
        ),
        migrations.RunSQL(FIRST_ROWS, migrations.RunSQL.noop),
        migrations.RunSQL(
            LIST_PRICES,
            """
            DROP TRIGGER only_grows_update ON catalog_listprice;
            DROP TRIGGER only_grows_delete ON catalog_listprice
            """,
        ),
        only_grows("catalog_pricechange"),
        ValidateConstraint("price", "catalog_compare_at_in_range"),
    ]
