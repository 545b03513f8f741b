from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("db", "0003_shared_secret_key"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [
        migrations.CreateModel(
            name="JobError",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=models.DO_NOTHING,
                        primary_key=True,
                        related_name="last_error",
                        serialize=False,
                        to="procrastinate.procrastinatejob",
                    ),
                ),
                (
                    "error",
                    models.TextField(help_text="Kind and first line, without e-mail addresses"),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(
            "ALTER TABLE db_joberror ADD CONSTRAINT db_joberror_job FOREIGN KEY (job_id)"
            " REFERENCES procrastinate_jobs (id) ON DELETE CASCADE",
            migrations.RunSQL.noop,
        ),
    ]
