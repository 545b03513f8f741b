"""What keeps a shop from running is told in one line, with exit code 1."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.running import PATIENCE, Shop

pytestmark = pytest.mark.faults


def refusal(shop: Shop) -> str:
    """The one line after those about progress."""
    shop.launch()
    assert shop.running.wait(PATIENCE) == 1
    said = shop.said()
    assert "Traceback" not in said
    progress = ("starting PostgreSQL", "migrating the database")
    lines = [line for line in said.splitlines() if not any(word in line for word in progress)]
    assert len(lines) == 1, said
    assert lines[0].startswith("congocart: ")
    return lines[0]


def test_a_busy_port(new_shop: Callable[..., Shop]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        assert f"port {port} is in use" in refusal(new_shop(port=port))


@pytest.mark.parametrize("port", [70000, -1, "0x50", "http"])
def test_a_port_that_cannot_be(new_shop: Callable[..., Shop], port: object) -> None:
    assert f"cannot serve on port {port}" in refusal(new_shop(port=port))


def test_a_second_start_on_the_same_folder(shop: Shop, new_shop: Callable[..., Shop]) -> None:
    shop.start()
    line = refusal(new_shop(shop.data.parent / ".." / shop.data.parent.name / shop.data.name))
    assert f"already running on {shop.data}: `manage.py up --port {shop.port}`" in line
    assert str(shop.running.pid) in line
    assert shop.get("/readyz").status_code == 200


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nonsense", "DATABASE_URL is not like"),
        ("mysql://root@127.0.0.1/shop", "DATABASE_URL is not like"),
        ("postgres://127.0.0.1:port/shop", "DATABASE_URL is not like"),
        ("postgres://127.0.0.1", "DATABASE_URL is not like"),
        ("postgres://postgres@127.0.0.1:1/shop", "Connection refused"),
        (
            "postgres://postgres@does-not-exist.invalid/shop",
            "on does-not-exist.invalid cannot be used",
        ),
    ],
)
def test_a_broken_database_url(new_shop: Callable[..., Shop], url: str, reason: str) -> None:
    assert reason in refusal(new_shop(DATABASE_URL=url))


def test_a_database_that_does_not_exist(shop: Shop, new_shop: Callable[..., Shop]) -> None:
    shop.start()
    url = f"postgres://postgres@/missing?host={shop.data / 'run'}"
    assert '"missing" does not exist' in refusal(new_shop(DATABASE_URL=url))


def test_a_folder_that_cannot_be_made(new_shop: Callable[..., Shop], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Not a directory" in refusal(new_shop(tmp_path / "file" / "data"))


def test_data_of_another_version_of_postgres(shop: Shop) -> None:
    (shop.data / "postgres" / "PG_VERSION").write_text("16\n")
    assert "was made by PostgreSQL 16" in refusal(shop)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that holds a shop, and hardly anything beside it."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system")
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", place]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine does not let root mount a file system")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill(place: Path, leave: int) -> None:
    disk = os.statvfs(place)
    (place / "filler").write_bytes(b"\0" * max(0, disk.f_bavail * disk.f_bsize - leave))


@pytest.mark.parametrize("leave", [0, 16 * 1024, 5 * 2**20, 30 * 2**20])
def test_a_full_disk(new_shop: Callable[..., Shop], small_disk: Path, leave: int) -> None:
    fill(small_disk, leave)
    line = refusal(new_shop(small_disk / "data"))
    assert "No space left" in line or "disk is full" in line


def test_a_disk_that_is_full_at_the_second_start(
    shop: Shop, new_shop: Callable[..., Shop], small_disk: Path
) -> None:
    subprocess.run(["cp", "-a", shop.data, small_disk / "data"], check=True)
    fill(small_disk, leave=0)
    line = refusal(new_shop(small_disk / "data"))
    assert "No space left" in line or "disk is full" in line
