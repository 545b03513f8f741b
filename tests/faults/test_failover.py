"""A database whose machine vanishes, or that becomes read-only, while the shop serves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from embedded.postgres import DATABASE, EmbeddedPostgres
from tests.faults.machines import PORT, Machine, reason_to_skip
from tests.faults.pooler import PROGRAM, Pooler
from tests.faults.running import ROOT, until
from tests.faults.servers import connect

pytestmark = pytest.mark.faults

Serve = Callable[[str], httpx.Client]
BUYERS = 8
# Connecting takes 3 s at most, and so does what TCP takes to give an old connection up.
SECONDS_TO_FAIL_OVER = 12.0
READ_WRITE = "target_session_attrs=read-write"


def buy(client: httpx.Client) -> httpx.Response:
    return client.post("/api/v1/carts", json={})


def seconds_until_every_buyer_is_served(client: httpx.Client) -> float:
    """Each asks until they are answered, refusals and silence included."""
    started = time.monotonic()

    def insist(_: int) -> None:
        while buy(client).status_code != 201:
            assert time.monotonic() - started < 60
            time.sleep(0.1)

    with ThreadPoolExecutor(BUYERS) as buyers:
        list(buyers.map(insist, range(BUYERS)))
    return time.monotonic() - started


def promote(standby: EmbeddedPostgres) -> None:
    with connect(standby) as session:
        session.execute("SELECT pg_promote()")


@pytest.fixture
def machines(primary: EmbeddedPostgres, standby: EmbeddedPostgres) -> Iterator[list[Machine]]:
    """The primary's and the standby's, at addresses of their own."""
    if reason := reason_to_skip():
        pytest.skip(reason)
    found = [Machine(1), Machine(2)]
    try:
        for machine, server in zip(found, (primary, standby), strict=True):
            machine.start(server.sockets / ".s.PGSQL.5432")
        yield found
    finally:
        for machine in found:
            machine.remove()


@pytest.fixture
def url(machines: list[Machine]) -> str:
    places = ",".join(f"{machine.address}:{PORT}" for machine in machines)
    return f"postgres://postgres@{places}/{DATABASE}?{READ_WRITE}"


@pytest.fixture
def work() -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Starts workers on a database."""
    workers: list[subprocess.Popen[bytes]] = []

    def start(url: str) -> subprocess.Popen[bytes]:
        known = {**os.environ, "DJANGO_SETTINGS_MODULE": "congocart.settings", "DATABASE_URL": url}
        command = [sys.executable, "manage.py", "worker"]
        workers.append(subprocess.Popen(command, env=known, cwd=ROOT))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()


def working(server: EmbeddedPostgres) -> bool:
    """Whether a worker has had a heartbeat lately."""
    with connect(server) as session:
        lately = session.execute(
            "SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '7 seconds'"
        )
    return lately.rowcount > 0


def test_a_shop_goes_on_with_the_next_server_when_a_machine_vanishes(
    machines: list[Machine], url: str, standby: EmbeddedPostgres, serve: Serve
) -> None:
    environment = {**os.environ, "DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", "prepare"], env=environment, cwd=ROOT, check=True)
    client = serve(url)
    seconds_until_every_buyer_is_served(client)

    machines[0].cut_off()
    promote(standby)

    assert seconds_until_every_buyer_is_served(client) < SECONDS_TO_FAIL_OVER


@pytest.mark.skipif(PROGRAM is None, reason="there is no pgbouncer on this machine")
def test_a_shop_behind_pgbouncer_goes_on_with_the_next_server(
    machines: list[Machine], standby: EmbeddedPostgres, serve: Serve, tmp_path: Path
) -> None:
    pooler = Pooler(tmp_path, machines[0].address)
    try:
        client = serve(pooler.url)
        seconds_until_every_buyer_is_served(client)

        machines[0].cut_off()
        promote(standby)
        pooler.point_at(machines[1].address)

        assert seconds_until_every_buyer_is_served(client) < SECONDS_TO_FAIL_OVER
    finally:
        pooler.stop()


def test_a_worker_goes_on_with_the_next_server_or_fails(
    machines: list[Machine],
    url: str,
    primary: EmbeddedPostgres,
    standby: EmbeddedPostgres,
    work: Callable[[str], subprocess.Popen[bytes]],
) -> None:
    worker = work(url)
    until(lambda: working(primary))

    machines[0].cut_off()
    promote(standby)

    until(lambda: worker.poll() is not None or working(standby))
    if worker.poll() is not None:
        assert worker.poll() != 0
        work(url)
        until(lambda: working(standby))


def test_a_worker_that_has_lost_its_database_fails(
    primary: EmbeddedPostgres, work: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    primary.start()
    worker = work(primary.url)
    until(lambda: working(primary))
    primary.stop()
    assert worker.wait(60) == 1


def test_a_worker_whose_heartbeats_fail_does_not_end_in_silence(
    primary: EmbeddedPostgres, work: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    primary.start()
    worker = work(primary.url)
    until(lambda: working(primary))
    with connect(primary) as session:
        session.execute(
            "CREATE TRIGGER refused BEFORE UPDATE ON procrastinate_workers"
            " FOR EACH ROW EXECUTE FUNCTION congocart_refuse_rewriting()"
        )
    assert worker.wait(60) == 1


def test_a_server_that_becomes_read_only_is_unavailable_until_it_no_longer_is(
    primary: EmbeddedPostgres, serve: Serve
) -> None:
    primary.start()
    client = serve(primary.url)
    set_read_only(primary, "on")

    refusals = [buy(client) for _ in range(BUYERS)]

    assert {refusal.status_code for refusal in refusals} == {503}
    assert {refusal.headers["Retry-After"] for refusal in refusals} == {"1"}
    assert client.get("/readyz").status_code == 503
    assert client.get("/api/v1/products").status_code == 200
    set_read_only(primary, "off")
    assert client.get("/readyz").status_code == 200
    assert buy(client).status_code == 201


def test_connections_to_a_demoted_primary_are_replaced(
    primary: EmbeddedPostgres, standby: EmbeddedPostgres, serve: Serve
) -> None:
    sockets = f"{primary.sockets},{standby.sockets}"
    client = serve(f"postgres://postgres@/{DATABASE}?host={sockets}&{READ_WRITE}")
    seconds_until_every_buyer_is_served(client)

    promote(standby)
    set_read_only(primary, "on")

    assert seconds_until_every_buyer_is_served(client) < SECONDS_TO_FAIL_OVER
    assert client.get("/readyz").status_code == 200


def set_read_only(server: EmbeddedPostgres, setting: str) -> None:
    with connect(server) as session:
        session.execute(f"ALTER SYSTEM SET default_transaction_read_only = {setting}")
        session.execute("SELECT pg_reload_conf()")
    until(lambda: read_only(server) == setting)


def read_only(server: EmbeddedPostgres) -> str:
    with connect(server) as session:
        [(found,)] = session.execute("SHOW transaction_read_only")
    assert isinstance(found, str)
    return found
