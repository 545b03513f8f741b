"""`ApiKey` and `PersonalDataAccess` come from `accounts`; their tables stay as they are."""

import core.ids
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MODELS = ("apikey", "personaldataaccess")


def move_content_types(apps, schema_editor, *, old, new):
    """Permissions and log entries of the admin refer to content types by id, so they follow."""
    content_types = apps.get_model("contenttypes", "ContentType").objects
    for row in content_types.using(schema_editor.connection.alias).filter(
        app_label=old, model__in=MODELS
    ):
        row.app_label = new
        row.save(update_fields=["app_label"])


def to_staff(apps, schema_editor):
    move_content_types(apps, schema_editor, old="accounts", new="staff")


def to_accounts(apps, schema_editor):
    move_content_types(apps, schema_editor, old="staff", new="accounts")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0004_staff_moves_out'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.CreateModel(
                name='ApiKey',
                fields=[
                    ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('name', models.CharField(max_length=100)),
                    ('shown', models.CharField(help_text='The beginning, to tell keys apart.', max_length=12)),
                    ('secret_hash', models.CharField(help_text='SHA-256', max_length=64, unique=True)),
                    ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                    ('created_at', models.DateTimeField()),
                    ('expires_at', models.DateTimeField(blank=True, null=True)),
                    ('last_used_at', models.DateTimeField(blank=True, null=True)),
                    ('revoked_at', models.DateTimeField(blank=True, null=True)),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_keys', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'accounts_apikey',
                },
            ),
            migrations.CreateModel(
                name='PersonalDataAccess',
                fields=[
                    ('id', models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                    ('operation', models.CharField(help_text='Of the API, or a page of the admin.', max_length=100)),
                    ('path', models.CharField(max_length=300)),
                    ('request_id', models.CharField(max_length=64)),
                    ('at', models.DateTimeField(db_index=True)),
                    ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name_plural': 'accesses to personal data',
                    'db_table': 'accounts_personaldataaccess',
                },
            ),
        ]),
        migrations.RunPython(to_staff, to_accounts),
    ]
