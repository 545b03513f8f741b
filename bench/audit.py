"""How long `manage.py audit` takes on a shop with many orders.

    python bench/audit.py --orders 100000

Makes them with `manage.py generate_orders` in a database of its own (`congocart_bench`, on the
server of DATABASE_URL, else on an embedded one), audits it and drops it again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from embedded.postgres import EmbeddedPostgres  # noqa: E402 - needs the path

DATABASE = "congocart_bench"


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="congocart-bench-") as folder:
        server = os.environ.get("DATABASE_URL") or _embedded(Path(folder))
        url = urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}"))
        with closing(psycopg.connect(server, autocommit=True)) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
            admin.execute(f"CREATE DATABASE {DATABASE}")
            try:
                _measure(url, arguments)
            finally:
                admin.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Times manage.py audit on many orders.")
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _embedded(folder: Path) -> str:
    database = EmbeddedPostgres(folder, durable=False)
    database.start()
    return database.url


def _measure(url: str, arguments: argparse.Namespace) -> None:
    manage = [sys.executable, PROJECT / "manage.py"]
    environment = os.environ | {"DATABASE_URL": url}
    for command in (["prepare"], ["load_demo"], ["generate_orders", str(arguments.orders)]):
        subprocess.run([*manage, *command], env=environment, check=True)
    for number in range(1, arguments.rounds + 1):
        started = time.perf_counter()
        subprocess.run([*manage, "audit"], env=environment, check=True)
        seconds = time.perf_counter() - started
        print(f"round {number}: {seconds:.2f} s with starting Python\n", flush=True)


if __name__ == "__main__":
    main()
