from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from embedded.postgres import EmbeddedPostgres
from tests.faults.running import ROOT, Shop, free_port, is_ready, until
from tests.faults.servers import configure


@pytest.fixture(scope="session")
def prepared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a shop that has been started and stopped."""
    folder = tmp_path_factory.mktemp("prepared")
    shop = Shop(folder / "data", output=folder / "output")
    try:
        shop.start()
        assert shop.end() == 0
    finally:
        shop.clean_up()
    return shop.data


@pytest.fixture
def new_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Makes shops on an empty folder, or on the one given."""
    shops: list[Shop] = []

    def make(data: Path | None = None, **options: object) -> Shop:
        number = len(shops)
        data = data or tmp_path / f"data{number}"
        shops.append(Shop(data, output=tmp_path / f"output{number}", **options))  # type: ignore[arg-type]
        return shops[-1]

    yield make
    for shop in shops:
        shop.clean_up()


@pytest.fixture
def shop(new_shop: Callable[..., Shop], prepared_data: Path, tmp_path: Path) -> Shop:
    """A shop that has run before and does not run now."""
    data = tmp_path / "data"
    # With owners: as root the database's files are not ours.
    subprocess.run(["cp", "-a", prepared_data, data], check=True)
    return new_shop(data)


@pytest.fixture
def primary(prepared_data: Path, tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    subprocess.run(["cp", "-a", prepared_data, tmp_path / "primary"], check=True)
    server = EmbeddedPostgres(tmp_path / "primary", durable=False)
    configure(server, autovacuum="off")
    yield server
    server.stop()


@pytest.fixture
def standby(primary: EmbeddedPostgres, tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A hot standby of `primary`, both running."""
    subprocess.run(["cp", "-a", primary.folder, tmp_path / "standby"], check=True)
    shutil.rmtree(tmp_path / "standby" / "run", ignore_errors=True)
    server = EmbeddedPostgres(tmp_path / "standby", durable=False)
    configure(server, primary_conninfo=f"host={primary.sockets} user=postgres")
    (server.data / "standby.signal").touch()
    primary.start()
    server.start()
    yield server
    server.stop()


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
