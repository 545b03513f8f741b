"""`manage.py import_tax_rates FILE`: docs/taxes.md describes the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pricing.importing import BUNDLED, UnreadableFile, read_rates
from pricing.services import import_tax_rates


class Command(BaseCommand):
    """Imports a file of tax rates, all of it or, with exit code 1 and each fault, nothing."""

    help = "Imports tax rates from a CSV or JSON file; running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("file", type=Path, nargs="?")
        which.add_argument(
            "--bundled",
            choices=sorted(path.stem for path in BUNDLED.glob("*.csv")),
            help="A file that comes with CongoCart; see the sources in it before you rely on it.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Say what it would do.")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"] or BUNDLED / f"{options['bundled']}.csv"
        try:
            read = read_rates(path)
        except UnreadableFile as error:
            raise CommandError(str(error)) from None
        dry_run = options["dry_run"] or bool(read.faults)
        done = import_tax_rates(rates=read.rates, dry_run=dry_run)
        for gap in done.gaps:
            self.stderr.write(f"{path}: {gap} (imported all the same)")
        if faults := sorted([*read.faults, *done.overlaps], key=lambda fault: fault.line):
            for fault in faults:
                self.stderr.write(f"{path}: {fault}")
            raise CommandError(f"{len(faults)} lines are no good; nothing was imported.")
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(
            f"{done.created} rates {would}created, {done.changed} changed, "
            f"{done.unchanged} unchanged."
        )
