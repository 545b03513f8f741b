"""Each event carries a hash over the one before it; the SQL here never changes.

The functions are in PL/pgSQL, whose plans a session keeps: in SQL each insert would plan anew. What
erasing a person may blank is outside of the hash: the actor, and what people typed.
"""

from django.db import migrations

from core.db.append_only_v1 import only_grows

CHAIN = migrations.RunSQL(
    """
    CREATE FUNCTION congocart_event_hash(before bytea, event events_event) RETURNS bytea
    LANGUAGE plpgsql STABLE AS $$
    BEGIN
        RETURN sha256(coalesce(before, '') || convert_to(jsonb_build_array(
            event.id, event.subject_id, event.position, event.type,
            event.data - 'reason' - 'note', event.actor_kind, event.request_id,
            extract(epoch FROM event.created_at)
        )::text, 'UTF8'));
    END
    $$;

    CREATE FUNCTION congocart_chain_event() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        before record;
    BEGIN
        SELECT position, hash INTO before FROM events_event
        WHERE subject_id = NEW.subject_id AND position IS NOT NULL
        ORDER BY position DESC LIMIT 1;
        NEW.position := coalesce(before.position, 0) + 1;
        NEW.hash := congocart_event_hash(before.hash, NEW);
        RETURN NEW;
    END
    $$;

    CREATE TRIGGER chained BEFORE INSERT ON events_event FOR EACH ROW
    EXECUTE FUNCTION congocart_chain_event();
    """,
    """
    DROP TRIGGER chained ON events_event;
    DROP FUNCTION congocart_chain_event();
    DROP FUNCTION congocart_event_hash(bytea, events_event);
    """,
)
FORMER = only_grows("events_event", forgettable=["data,reason", "actor_id"])


class Migration(migrations.Migration):
    dependencies = [("events", "0004_chain_never_forks"), ("db", "0002_append_only")]

    operations = [
        CHAIN,
        migrations.RunSQL(FORMER.reverse_sql, FORMER.sql),
        only_grows("events_event", forgettable=["data,reason", "data,note", "actor_id"]),
    ]
