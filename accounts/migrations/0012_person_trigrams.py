from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations
from django.db.migrations.state import ProjectState
from django.db.models import Func, TextField

from core.db.containing import Trigrams
from core.db.operations import AddIndexConcurrently

FOUND_BY = Func(
    "email", "first_name", "last_name", function="accounts_search_text", output_field=TextField()
)


class AddIndexOfSearch(AddIndexConcurrently):
    """Index what `accounts.selectors.FOUND_BY` calls; the model knows nothing of it."""

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the state of the model as it is."""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0011_found_by")]

    operations = [
        AddIndexOfSearch("user", GinIndex(Trigrams(FOUND_BY), name="accounts_person_trigrams")),
    ]
