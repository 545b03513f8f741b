"""`manage.py import_products FILE.csv`: docs/import.md describes the files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from catalog.importing import FORMATS, BadRow, ImportedProduct, UnreadableFile, read_products
from catalog.services import Imported, Seen, import_products
from core.money import known_currencies

BATCH = 500


class Command(BaseCommand):
    """Imports a catalog file. Bad rows are named on stderr and the others land; exit code 0.

    Exit code 1, with one line, only when the file as a whole cannot be read.
    """

    help = "Imports products from a CSV file; running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=sorted(FORMATS), default="congocart")
        parser.add_argument("--currency", default=settings.DEFAULT_CURRENCY, help="ISO 4217 code.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["currency"] not in known_currencies():
            raise CommandError(f"{options['currency']!r} is not an ISO 4217 currency code.")
        rows = read_products(
            options["file"], format_name=options["format"], currency=options["currency"]
        )
        try:
            done = self._import(rows)
        except UnreadableFile as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{done.created} products created, {done.updated} updated, "
            f"{done.unchanged} unchanged; {len(done.bad_rows)} rows left out."
        )

    def _import(self, rows: Iterator[ImportedProduct | BadRow]) -> Imported:
        done, seen = Imported(), Seen()
        while batch := list(islice(rows, BATCH)):
            products = [row for row in batch if isinstance(row, ImportedProduct)]
            step = import_products(products=products, now=timezone.now(), seen=seen)
            step.bad_rows += [row for row in batch if isinstance(row, BadRow)]
            for bad in sorted(step.bad_rows, key=lambda row: row.line):
                self.stderr.write(str(bad))
            done.add(step)
        return done
