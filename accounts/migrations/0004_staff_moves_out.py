"""`ApiKey` and `PersonalDataAccess` go to the app `staff`, which takes over their tables."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_sessions_ended_at'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.DeleteModel(name='ApiKey'),
            migrations.DeleteModel(name='PersonalDataAccess'),
        ]),
    ]
