"""`manage.py show_roles`: the table of roles and operations, as docs/roles.md."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts.roles import as_markdown


class Command(BaseCommand):
    """Print the table of roles and operations."""

    help = "Prints docs/roles.md: every operation, and which role may call it."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write Markdown to standard output."""
        self.stdout.write(as_markdown(), ending="")
