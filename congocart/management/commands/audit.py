from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.db.invariants import Finding, declared_checks, frozen_snapshot, run_checks


class Command(BaseCommand):
    """Reads one snapshot of the ledgers and writes nothing; the shop may go on selling."""

    help = "Checks every invariant of the ledgers; exits 1 when one is violated."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document instead of a table"
        )
        parser.add_argument(
            "--examples", type=int, default=5, help="how many rows to show of each violated check"
        )

    def handle(self, **options: Any) -> None:
        with frozen_snapshot():
            findings = list(
                run_checks(declared_checks(), now=timezone.now(), examples=options["examples"])
            )
        violations = sum(found.violations for found in findings)
        if options["json"]:
            report = {"violations": violations, "checks": [asdict(found) for found in findings]}
            self.stdout.write(json.dumps(report, default=str, indent=2))
        else:
            self.stdout.write(_as_text(findings))
        if violations:
            sys.exit(1)


def _as_text(findings: Sequence[Finding]) -> str:
    """Return a table of all checks, some of the rows that violate them, and a summary."""
    width = max((len(finding.check) for finding in findings), default=0)
    lines = [
        f"{'check':{width}}  violations  seconds",
        *(f"{each.check:{width}}  {each.violations:10}  {each.seconds:7.3f}" for each in findings),
        "",
    ]
    for found in findings:
        if found.examples:
            lines.append(f"{found.check}: {len(found.examples)} of {found.violations}")
            for row in found.examples:
                values = (
                    f"{name}={'-' if value is None else value}" for name, value in row.items()
                )
                lines.append("  " + "  ".join(values))
            lines.append("")
    violations = sum(found.violations for found in findings)
    seconds = sum(found.seconds for found in findings)
    lines.append(f"{len(findings)} checks, {violations} violations, {seconds:.2f} s")
    return "\n".join(lines)
