"""`manage.py changepassword`: Django's, which then also logs the user out everywhere."""

from __future__ import annotations

import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.utils import timezone

from accounts.models import User
from accounts.services import end_all_sessions


class Command(changepassword.Command):
    """Change a password; Django's own command ends the admin's sessions, but not the API's."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        """Ask for the password, set it, and end every session of the account."""
        username = options["username"] or getpass.getuser()
        message = super().handle(*args, **{**options, "username": username})
        user = User.objects.get_by_natural_key(username)
        end_all_sessions(user_id=user.pk, now=timezone.now())
        return message
