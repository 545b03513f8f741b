"""PgBouncer, with the settings that docs/operating.md recommends."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
from pathlib import Path

from embedded.postgres import DATABASE
from embedded.privileges import become
from embedded.processes import spawn
from tests.faults.running import ROOT, free_port

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


class Pooler:
    """PgBouncer before one server at a time, with fewer connections than a shop has threads."""

    def __init__(self, folder: Path, server: Path | str) -> None:
        self.config = folder / "pgbouncer.ini"
        self.port = free_port()
        self._write(server)
        become_nobody = become(pwd.getpwnam("nobody")) if os.geteuid() == 0 else None
        command: list[str | Path] = [str(PROGRAM), "-q", self.config]
        self.process: subprocess.Popen[bytes] = spawn(command, before_exec=become_nobody)

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{DATABASE}"

    def point_at(self, server: Path | str) -> None:
        """What a failover does: another server from now on."""
        self._write(server)
        self.process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()

    def _write(self, server: Path | str) -> None:
        self.config.write_text(
            f"[databases]\n{DATABASE} = host={server} user=postgres\n"
            f"{documented_settings()}"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            "auth_type = any\ndefault_pool_size = 3\n"
        )


def documented_settings() -> str:
    text = (ROOT / "docs" / "operating.md").read_text()
    found = re.search(r"^```ini\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]
