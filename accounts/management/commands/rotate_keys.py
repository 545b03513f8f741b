"""`manage.py rotate_keys`: a new signing key, without logging anybody out, or after a leak."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.services import replace_leaked_keys, rotate_keys
from core.db.secret_keys import NOT_OURS, shares_secret_key


class Command(BaseCommand):
    """Put the next signing key to use, publish another, and delete keys nobody needs."""

    help = "Rotates the keys that sign tokens; issued tokens stay valid."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Let the caller withdraw leaked keys."""
        parser.add_argument(
            "--leaked",
            action="store_true",
            help="Withdraws every key instead: within a minute no issued token is valid, "
            "access or refresh, and everyone has to log in again.",
        )

    def handle(self, *args: Any, leaked: bool, **options: Any) -> None:
        """Print the id of the key that signs from now on."""
        if not shares_secret_key():
            raise CommandError(NOT_OURS)
        change = replace_leaked_keys if leaked else rotate_keys
        kid = change(now=timezone.now())
        self.stdout.write(f"Tokens are now signed by {kid}.")
