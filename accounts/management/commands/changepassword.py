"""`manage.py changepassword`: Django's, and then out everywhere."""

from __future__ import annotations

import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.utils import timezone

from accounts.models import User
from accounts.services import end_all_sessions


class Command(changepassword.Command):
    """Django's own ends the sessions of the admin, but knows nothing of tokens."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Asks for the password, sets it, and ends every session of the account."""
        username = options["username"] or getpass.getuser()
        said = super().handle(*args, **{**options, "username": username})
        user = User.objects.get_by_natural_key(username)
        end_all_sessions(user_id=user.pk, now=timezone.now())
        return said
