"""The steps of the Dockerfile, on this machine: what the image is built and run with."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.running import ROOT, free_port, until
from tests.serving import database_url

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
SECRET = "".join(chr(97 + number % 26) for number in range(60))


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)", DOCKERFILE, re.MULTILINE)


def at_home(command: str, tmp_path: Path) -> str:
    """Paths of the image as paths of this machine."""
    return command.replace("/venv/bin/python", shlex.quote(sys.executable)).replace(
        "/app/staticfiles", shlex.quote(str(tmp_path / "staticfiles"))
    )


def environment(tmp_path: Path, port: int) -> dict[str, str]:
    """Of the image, and what `docker run` has to give it."""
    words = shlex.split(" ".join(instructions("ENV")))
    settings = dict(word.split("=", 1) for word in words)
    return {
        **settings,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "CONGOCART_STATIC_ROOT": str(tmp_path / "staticfiles"),
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATABASE_URL": database_url(),
        "SECRET_KEY": SECRET,
        "ALLOWED_HOSTS": "shop.example",
    }


@contextmanager
def container(tmp_path: Path, environment: dict[str, str]) -> Iterator[None]:
    with (tmp_path / "log").open("wb") as log:
        (command,) = instructions("CMD")
        server = subprocess.Popen(
            json.loads(command), cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            yield
        finally:
            server.terminate()
            server.wait(30)


def test_the_image_collects_its_files_serves_and_is_healthy(
    transactional_db: None, tmp_path: Path
) -> None:
    (collect,) = [command for command in instructions("RUN") if "collectstatic" in command]
    clean = {"PATH": os.environ["PATH"]}
    subprocess.run(at_home(collect, tmp_path), shell=True, cwd=ROOT, env=clean, check=True)
    assert (tmp_path / "staticfiles" / "staticfiles.json").exists()

    (check,) = [line.partition("CMD ")[2] for line in instructions("HEALTHCHECK")]
    shop = environment(tmp_path, free_port())

    def healthy() -> bool:
        return not subprocess.call(json.loads(check), env=shop, stderr=subprocess.DEVNULL)

    assert not healthy()
    with container(tmp_path, shop):
        until(healthy)
