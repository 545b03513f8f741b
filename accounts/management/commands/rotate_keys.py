"""`manage.py rotate_keys`: a new signing key, without logging anybody out, or after a leak."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.services import replace_leaked_keys, rotate_keys


class Command(BaseCommand):
    """Lets the published next key sign, publishes another, and drops keys nobody needs."""

    help = "Rotates the keys that sign tokens; tokens already given out stay good."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether tokens already given out have to stop."""
        parser.add_argument(
            "--leaked",
            action="store_true",
            help="Withdraws every key instead: within a minute no token given out before is good, "
            "access or refresh, and everybody has to log in again.",
        )

    def handle(self, *args: Any, leaked: bool, **options: Any) -> None:
        """Prints the id of the key that signs from now on."""
        change = replace_leaked_keys if leaked else rotate_keys
        kid = change(now=timezone.now())
        self.stdout.write(f"Tokens are now signed by {kid}.")
