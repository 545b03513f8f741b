from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.db.invariants import Finding, declared_checks, frozen_snapshot, run_checks


class Command(BaseCommand):
    """Reads only, from one moment of the books; a running shop may go on selling."""

    help = "Checks every invariant of the books; exits 1 when one is violated."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document, no table")
        parser.add_argument(
            "--examples", type=int, default=5, help="rows to show of each violated check"
        )

    def handle(self, **options: Any) -> None:
        with frozen_snapshot():
            found = list(
                run_checks(declared_checks(), now=timezone.now(), examples=options["examples"])
            )
        self.stdout.write(_as_json(found) if options["json"] else _as_text(found))
        if any(finding.violations for finding in found):
            sys.exit(1)


def _as_json(found: Sequence[Finding]) -> str:
    document = {
        "violations": sum(finding.violations for finding in found),
        "checks": [asdict(finding) for finding in found],
    }
    return json.dumps(document, default=str, indent=2)


def _as_text(found: Sequence[Finding]) -> str:
    return "\n".join([*_table(found), *_examples(found), _summary(found)])


def _table(found: Sequence[Finding]) -> Iterable[str]:
    width = max((len(finding.check) for finding in found), default=0)
    yield f"{'check':{width}}  violations  seconds"
    for finding in found:
        yield f"{finding.check:{width}}  {finding.violations:10}  {finding.seconds:7.3f}"
    yield ""


def _examples(found: Sequence[Finding]) -> Iterable[str]:
    for finding in found:
        if finding.examples:
            yield f"{finding.check}: {len(finding.examples)} of {finding.violations}"
            yield from (f"  {_row(example)}" for example in finding.examples)
            yield ""


def _row(example: dict[str, Any]) -> str:
    return "  ".join(
        f"{column}={'-' if value is None else value}" for column, value in example.items()
    )


def _summary(found: Sequence[Finding]) -> str:
    violations = sum(finding.violations for finding in found)
    seconds = sum(finding.seconds for finding in found)
    return f"{len(found)} checks, {violations} violations, {seconds:.2f} s"
