"""Starting, stopping and killing a shop."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from core.ids import uuid7
from embedded.postgres import EmbeddedPostgres
from tests.faults.running import Shop, assert_gone, until

pytestmark = pytest.mark.faults


def database(shop: Shop) -> psycopg.Connection:
    url = EmbeddedPostgres(shop.data).url.replace("postgres://", "postgresql://")
    return psycopg.connect(url, autocommit=True)


def test_an_empty_folder_becomes_a_shop_that_answers(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop()
    shop.start()
    assert shop.get("/readyz").json()["checks"]["database"] == "ok"
    said = shop.said()
    assert said.index("starting PostgreSQL") < said.index("migrating") < said.index("ready after")
    assert shop.end() == 0


def test_a_second_start_is_quick_and_keeps_data_and_secret(shop: Shop) -> None:
    secret = (shop.data / "secret_key").read_text()
    shop.start()
    with database(shop) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1")
    shop.end()
    assert min(seconds_of_a_start(shop) for _ in range(3)) < 5
    shop.start()
    with database(shop) as connection:
        assert connection.execute("SELECT * FROM kept").fetchone() == (1,)
    assert (shop.data / "secret_key").read_text() == secret
    assert (shop.data / "secret_key").stat().st_mode & 0o077 == 0


def seconds_of_a_start(shop: Shop) -> float:
    """Of processor time rather than on the clock, because other tests run beside this one."""
    shop.start()
    seconds = shop.seconds_of_work()
    shop.end()
    return seconds


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_and_leaves_no_process(
    shop: Shop, number: signal.Signals
) -> None:
    shop.start()
    assert shop.end(number) == 0
    assert list((shop.data / "run").iterdir()) == []


@pytest.mark.parametrize("after", [0.1, 0.4, 0.8, 1.2, 1.8])
def test_a_signal_during_the_start_leaves_no_process(
    new_shop: Callable[..., Shop], after: float
) -> None:
    shop = new_shop()
    shop.launch()
    until(shop.data.exists)
    time.sleep(after)
    assert shop.end(signal.SIGTERM) == 0
    shop.start()


def test_a_request_in_flight_is_answered_before_the_server_stops(shop: Shop) -> None:
    shop.start()
    with database(shop) as connection, ThreadPoolExecutor() as pool:
        connection.autocommit = False
        connection.execute("LOCK TABLE carts_cart IN ACCESS EXCLUSIVE MODE")
        response = pool.submit(shop.get, f"/api/v1/carts/{uuid7()}", {"Cart-Token": "a-guest"})
        until(lambda: waiting_for_a_lock(connection))
        shop.running.terminate()
        time.sleep(0.3)  # Less than the database lets it wait for a lock.
        connection.rollback()
        assert response.result().json()["code"] == "not_found"
    assert shop.running.wait(10) == 0


def waiting_for_a_lock(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone()
    return row is not None


def test_killing_up_leaves_no_process_and_the_next_start_works(shop: Shop) -> None:
    shop.start()
    family = shop.family()
    shop.kill()
    assert_gone(family, seconds=20)
    shop.start()
    assert shop.get("/readyz").status_code == 200


def test_a_worker_that_stops_with_its_database_does_not_wait_for_it(shop: Shop) -> None:
    shop.start()
    worker, database = shop.child("manage.py", "worker"), shop.child("postgres")
    with held(psutil.Process(shop.running.pid)):
        with held(worker):
            worker.terminate()
            database.send_signal(signal.SIGINT)
            assert_gone([database], seconds=10)
        assert_gone([worker], seconds=15)


@contextmanager
def held(process: psutil.Process) -> Iterator[None]:
    """Keeps a process from noticing what happens."""
    process.suspend()
    try:
        yield
    finally:
        process.resume()


def test_everything_killed_at_once_recovers(shop: Shop) -> None:
    shop.start()
    for process in [psutil.Process(shop.running.pid), *shop.family()]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    shop.running.wait()
    shop.start()
    assert shop.get("/readyz").status_code == 200


def test_a_killed_database_stops_everything_with_exit_code_1(shop: Shop) -> None:
    shop.start()
    family = shop.family()
    shop.child("postgres").kill()
    assert shop.running.wait(40) == 1
    assert_gone(family)
    assert "PostgreSQL was killed by SIGKILL" in shop.said()
    shop.start()


def test_a_killed_worker_is_started_again(shop: Shop) -> None:
    shop.start()
    first = shop.child("manage.py", "worker")
    first.kill()
    until(lambda: "the worker was killed by SIGKILL" in shop.said())
    until(lambda: shop.children("manage.py", "worker") not in ([], [first]))


def test_a_killed_server_is_started_again(shop: Shop) -> None:
    shop.start()
    shop.child("congocart.server").kill()
    until(lambda: "the server was killed by SIGKILL" in shop.said())
    until(lambda: answers(shop))


def test_a_killed_server_process_is_replaced(shop: Shop) -> None:
    shop.start()
    server = shop.child("congocart.server")
    before = server.children()
    before[0].kill()
    until(lambda: before[0] not in server.children() and len(server.children()) == len(before))
    until(lambda: answers(shop))
    assert server.is_running()


def answers(shop: Shop) -> bool:
    try:
        return shop.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_a_database_left_running_is_stopped_and_its_data_used(shop: Shop) -> None:
    # Its parent is this process, so nobody but the next start ends it.
    left_over = EmbeddedPostgres(shop.data)
    left_over.start()
    assert left_over.process is not None
    shop.start()
    assert left_over.process.wait(1) == 0
    assert shop.get("/readyz").status_code == 200


def test_a_stale_pid_file_that_names_a_living_process_is_no_obstacle(shop: Shop) -> None:
    owner = (shop.data / "postgres").stat()
    pid_file = shop.data / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{shop.data / 'postgres'}\n0\n5432\n\n\n0 0\nready\n")
    shutil.chown(pid_file, owner.st_uid, owner.st_gid)
    shop.start()


@pytest.mark.parametrize("name", ["long" * 30, 'Mugs, cups & "more"', "tassen-für-dich"])
def test_a_path_that_sockets_cannot_have_gets_its_socket_elsewhere(
    new_shop: Callable[..., Shop], tmp_path: Path, name: str
) -> None:
    shop = new_shop(tmp_path / name / "data", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    shop.data.parent.mkdir()
    shop.start()
    assert shop.end() == 0
