from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from embedded import up


class Command(BaseCommand):
    """The entry in `manage.py help`; `manage.py` itself runs `up` before it sets Django up."""

    help = "Runs the whole shop: database, server and worker."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        up.add_arguments(parser)

    def handle(self, *, port: str, data_dir: Path, no_demo: bool, **options: Any) -> None:
        sys.exit(up.run(port, data_dir, demo=not no_demo))
