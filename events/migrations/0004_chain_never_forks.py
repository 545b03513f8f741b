from django.db import migrations, models


class Migration(migrations.Migration):
    # Django's own `AddConstraint` would build the index while nobody can write.
    atomic = False

    dependencies = [("events", "0003_who_and_where_from")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    "event",
                    models.UniqueConstraint(
                        fields=("subject_id", "position"), name="events_chain_never_forks"
                    ),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    # One that was interrupted leaves an index that is not valid.
                    [
                        "DROP INDEX CONCURRENTLY IF EXISTS events_chain_never_forks",
                        """
                        CREATE UNIQUE INDEX CONCURRENTLY events_chain_never_forks
                        ON events_event (subject_id, position)
                        """,
                    ],
                    "DROP INDEX CONCURRENTLY events_chain_never_forks",
                ),
            ],
        ),
    ]
