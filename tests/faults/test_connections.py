"""Servers and workers whose connections break, or go through a pooler."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from embedded.postgres import DATABASE, EmbeddedPostgres
from embedded.privileges import become
from embedded.processes import spawn
from tests.faults.running import ROOT, Shop, free_port, until

pytestmark = pytest.mark.faults


@pytest.fixture
def database(shop: Shop) -> Iterator[EmbeddedPostgres]:
    database = EmbeddedPostgres(shop.data, durable=False)
    database.start()
    yield database
    database.stop()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[str], httpx.Client]]:
    """Starts servers on a database; gives a client of each."""
    servers: list[subprocess.Popen[bytes]] = []

    def start(url: str) -> httpx.Client:
        port = free_port()
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20)
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "congocart.settings",
            "DATABASE_URL": url,
            "PORT": str(port),
            "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
        }
        command = [sys.executable, "-m", "congocart.server"]
        servers.append(subprocess.Popen(command, env=environment, cwd=ROOT))
        until(lambda: is_ready(client))
        return client

    yield start
    for server in servers:
        server.terminate()
        server.wait()


def is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_a_restarted_database_costs_no_later_request(
    database: EmbeddedPostgres, serve: Callable[[str], httpx.Client]
) -> None:
    client = serve(database.url)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.get("/readyz"), range(40)))
    database.stop()
    database.start()
    assert [client.get("/readyz").status_code for _ in range(20)] == [200] * 20


def test_without_its_database_a_server_lives_and_is_not_ready(
    database: EmbeddedPostgres, serve: Callable[[str], httpx.Client]
) -> None:
    client = serve(database.url)
    database.stop()
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200


@pytest.fixture
def pooled_url(database: EmbeddedPostgres, tmp_path: Path) -> Iterator[str]:
    """The database behind PgBouncer in transaction mode, with fewer connections than threads."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("there is no pgbouncer on this machine")
    port = free_port()
    config = tmp_path / "pgbouncer.ini"
    config.write_text(
        f"[databases]\n{DATABASE} = host={database.sockets} user=postgres\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        "auth_type = any\npool_mode = transaction\ndefault_pool_size = 3\n"
    )
    become_nobody = become(pwd.getpwnam("nobody")) if os.geteuid() == 0 else None
    pooler = spawn([program, "-q", config], before_exec=become_nobody)
    yield f"postgres://postgres@127.0.0.1:{port}/{DATABASE}"
    pooler.terminate()
    pooler.wait()


def test_everything_works_behind_pgbouncer_in_transaction_mode(
    pooled_url: str, new_shop: Callable[..., Shop]
) -> None:
    shop = new_shop(DATABASE_URL=pooled_url, CONGOCART_WORKER_LISTENS="off")
    shop.start(demo=True)
    with httpx.Client(base_url=f"http://127.0.0.1:{shop.port}/api/v1", timeout=20) as client:
        for number in range(30):
            cart = client.post(
                "/carts",
                json={"items": [{"sku": "MUG-BLUE", "quantity": 1}]},
                headers={"Idempotency-Key": str(number)},
            ).raise_for_status()
            token = {"Cart-Token": cart.json()["token"]}
            client.get(f"/carts/{cart.json()['id']}", headers=token).raise_for_status()
        assert client.get("/products?search=mugg").json()["results"]
    assert shop.get("/readyz").json()["checks"]["time_limits"] == "ok"
    assert shop.end() == 0
