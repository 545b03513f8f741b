"""`manage.py` in a second terminal: it works on this clone's shop, and on no other database."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.faults.running import ROOT, Shop, assert_gone, own_environment, until

pytestmark = pytest.mark.faults

WHERE = (
    "from django.db import connection as c; c.cursor().execute('SELECT 1');"
    "print(c.settings_dict['HOST'])"
)
PRODUCTION = {
    "CONGOCART_ENVIRONMENT": "production",
    "SECRET_KEY": "".join(chr(97 + number % 26) for number in range(60)),
    "ALLOWED_HOSTS": "shop.example",
}
PASSWORD = "correct horse battery"
MAKE_USER = (
    "from accounts.services import ensure_user; from accounts.domain import Role;"
    f"ensure_user(email='ada@example.com', password='{PASSWORD}', role=Role.CUSTOMER)"
)


def start(data: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**own_environment(), "CONGOCART_DATA_DIR": str(data), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def manage(data: Path, *arguments: str, stdin: str = "", **environment: str) -> str:
    """What the command prints; it must succeed."""
    command = start(data, *arguments, **environment)
    said, complaints = command.communicate(stdin, timeout=60)
    assert command.returncode == 0, complaints
    return said


def refusal(data: Path, *arguments: str, **environment: str) -> str:
    """The one line that the command prints instead of a traceback."""
    command = start(data, *arguments, **environment)
    said, complaints = command.communicate(timeout=60)
    assert command.returncode == 1
    (line,) = (said + complaints).splitlines()
    assert line.startswith("congocart: ")
    return line


def processes_on(data: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == "postgres" and process.info["cwd"] == str(data / "postgres")
    ]


@pytest.mark.timeout(300)
def test_commands_reach_the_running_shop(shop: Shop, tmp_path: Path) -> None:
    shop.start()
    assert f"postgres://postgres@/congocart?host={shop.data / 'run'}" in shop.said()
    assert "0 violations" in manage(shop.data, "audit")
    assert str(shop.data / "run") in manage(shop.data, "shell", "-v0", "-c", WHERE)
    assert "carts_cart" in manage(shop.data, "dbshell", stdin="\\dt")
    goods = tmp_path / "goods.csv"
    goods.write_text("sku,title,price,stock\nBOWL,Bowl,12.50,3\n")
    manage(shop.data, "import_products", str(goods))
    assert '"Bowl"' in shop.get("/api/v1/products?search=bowl").text
    assert shop.end() == 0


@pytest.mark.timeout(300)
def test_commands_have_the_keys_of_the_running_shop(new_shop: Callable[..., Shop]) -> None:
    shop = new_shop(SECRET_KEY=PRODUCTION["SECRET_KEY"])
    shop.start()
    manage(shop.data, "shell", "-v0", "-c", MAKE_USER)
    manage(shop.data, "changepassword", "ada@example.com", stdin=f"{PASSWORD}!\n{PASSWORD}!\n")
    logged_in = shop.post(
        "/api/v1/auth/token", {"email": "ada@example.com", "password": f"{PASSWORD}!"}
    )
    assert logged_in.status_code == 200
    # The key that signs from now on has been published before; each server reads anew in a minute.
    key = manage(shop.data, "rotate_keys").split()[-1].rstrip(".")
    assert key in shop.get("/.well-known/jwks.json").text
    assert "signing_key_not_readable" not in shop.said()


def test_without_a_shop_the_database_runs_as_long_as_the_command(shop: Shop) -> None:
    assert "0 violations" in manage(shop.data, "audit")
    assert processes_on(shop.data) == []
    assert list((shop.data / "run").iterdir()) == []


def test_a_command_that_joins_another_may_outlast_it(shop: Shop) -> None:
    slowly = f"import time; {WHERE}; time.sleep(4); {WHERE}"
    first = start(shop.data, "shell", "-v0", "-c", WHERE + "; import time; time.sleep(2)")
    until(lambda: processes_on(shop.data))
    second = start(shop.data, "shell", "-v0", "-c", slowly)
    assert second.communicate(timeout=60)[0].count(str(shop.data)) == 2
    first.communicate(timeout=60)
    assert (first.returncode, second.returncode) == (0, 0)
    assert processes_on(shop.data) == []


def test_a_command_that_is_killed_takes_its_database_with_it(shop: Shop) -> None:
    command = start(shop.data, "shell", "-v0", "-c", f"{WHERE}; import time; time.sleep(60)")
    until(lambda: processes_on(shop.data))
    family = processes_on(shop.data)
    command.kill()
    command.communicate()
    assert_gone(family, seconds=20)


def test_after_a_killed_shop_commands_work(shop: Shop) -> None:
    shop.start()
    shop.kill()
    assert "0 violations" in manage(shop.data, "audit")


def test_up_says_which_command_uses_its_folder(shop: Shop) -> None:
    command = start(shop.data, "shell", "-v0", "-c", f"{WHERE}; input()")
    until(lambda: processes_on(shop.data))
    line = refusal(shop.data, "up")
    assert f"`manage.py shell`, process {command.pid}" in line
    command.communicate("\n", timeout=60)


def test_two_folders_are_two_databases(shop: Shop, new_shop: Callable[..., Shop]) -> None:
    shop.start()
    other = new_shop()
    other.start()
    manage(shop.data, "shell", "-v0", "-c", MAKE_USER)
    count = "from accounts.models import User; print(User.objects.count())"
    assert manage(shop.data, "shell", "-v0", "-c", count) == "1\n"
    assert manage(other.data, "shell", "-v0", "-c", count) == "0\n"


def test_before_the_first_start_a_command_says_so_and_makes_nothing(tmp_path: Path) -> None:
    assert "begin with `make run`" in refusal(tmp_path / "data", "audit")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("environment", [{}, PRODUCTION])
@pytest.mark.parametrize(
    "command",
    [
        ["check"], ["audit", "--help"], ["help"], ["makemigrations", "--check"], ["show_roles"],
        ["state_diagrams"], ["collectstatic", "--dry-run", "--noinput"],
        ["spectacular", "--file", "/dev/null"],
    ],
)  # fmt: skip
def test_what_needs_no_database_runs_without_one(
    command: list[str], environment: dict[str, str], tmp_path: Path
) -> None:
    manage(tmp_path / "data", *command, **environment)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("environment", [{}, PRODUCTION])
def test_the_server_does_not_look_for_a_database(environment: dict[str, str]) -> None:
    server = subprocess.run(
        [sys.executable, "-m", "congocart.server", "--port", "1"],
        cwd=ROOT,
        env={**own_environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert server.returncode == 1
    assert "DATABASE_URL is not set" in server.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "command",
    [["audit"], ["migrate"], ["worker"], ["rotate_keys"], ["dbshell"], ["shell", "-c", "1"]],
)
def test_a_database_that_does_not_respond_is_one_line(command: list[str], tmp_path: Path) -> None:
    line = refusal(tmp_path, *command, DATABASE_URL="postgres://shop:secret@127.0.0.1:1/shop")
    assert "127.0.0.1" in line
    assert "refused" in line
    assert "secret" not in line


def test_a_database_that_hangs_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgres://shop:secret@127.0.0.1:{silent.getsockname()[1]}/shop"
        started = time.monotonic()
        line = refusal(tmp_path, "audit", DATABASE_URL=url)
    assert "127.0.0.1" in line
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("command", ["audit", "prepare", "worker"])
def test_production_takes_no_database_but_the_one_it_is_given(command: str, tmp_path: Path) -> None:
    line = refusal(tmp_path, command, **PRODUCTION)
    assert line == "congocart: DATABASE_URL is not set."
