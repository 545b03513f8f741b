import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('checkout', '0016_language'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='checkout',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('incomplete', 'Incomplete'), ('ready', 'Ready'), ('completing', 'Completing'), ('requires_action', 'Requires action'), ('completed', 'Completed'), ('canceled', 'Canceled'), ('expired', 'Expired')], default='incomplete', max_length=16),
        ),
        migrations.CreateModel(
            name='DraftOrder',
            fields=[
                ('checkout', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='draft', serialize=False, to='checkout.checkout')),
                ('note', models.TextField(blank=True, help_text='For staff; the buyer does not see it.')),
                ('sent_at', models.DateTimeField(blank=True, help_text='When the link was last sent.', null=True)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
