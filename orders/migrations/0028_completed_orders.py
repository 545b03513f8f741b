from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("orders", "0027_may_be_exported")]

    operations = [
        migrations.AddField(
            "order", "completed_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            "return",
            "kind",
            models.CharField(
                choices=[("return", "Return"), ("withdrawal", "Withdrawal")],
                db_default="return",
                default="return",
                help_text="A withdrawal is the buyer's right: the shop cannot refuse it.",
                max_length=10,
            ),
        ),
        AddConstraintNotValid(
            "order",
            models.CheckConstraint(
                condition=Q(status="completed", completed_at__isnull=False)
                | (~Q(status="completed") & Q(completed_at=None)),
                name="orders_completed_when_it_says_so",
            ),
        ),
    ]
