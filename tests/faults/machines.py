"""Machines that vanish: addresses in network namespaces, each leading to a server's socket."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.faults.running import ROOT

PORT = 5432


class Machine:
    """An address at which a server on a Unix socket is found, until it is cut off."""

    def __init__(self, number: int) -> None:
        self.name = f"shop{os.getpid()}n{number}"
        self.link = f"s{os.getpid()}n{number}"
        # Another test run on this machine has its own.
        network = f"10.213.{os.getpid() % 100 * 2 + number}"
        self.ours, self.address = f"{network}.1", f"{network}.2"
        self.forwarder: subprocess.Popen[bytes] | None = None

    def start(self, server: Path) -> None:
        ip("netns", "add", self.name)
        ip("link", "add", self.link, "type", "veth", "peer", "eth0", "netns", self.name)
        ip("address", "add", f"{self.ours}/30", "dev", self.link)
        ip("link", "set", self.link, "up")
        ip("-n", self.name, "address", "add", f"{self.address}/30", "dev", "eth0")
        ip("-n", self.name, "link", "set", "eth0", "up")
        self.forwarder = subprocess.Popen(
            ["ip", "netns", "exec", self.name, sys.executable, "-m", __name__, server], cwd=ROOT
        )

    def cut_off(self) -> None:
        """From now on it receives and does not answer, as if its power had gone."""
        ip("-n", self.name, "route", "add", "blackhole", f"{self.ours}/32")

    def remove(self) -> None:
        """Leave nothing of it, however far it came."""
        if self.forwarder:
            self.forwarder.kill()
            self.forwarder.wait()
        for thing in (("link", "delete", self.link), ("netns", "delete", self.name)):
            with suppress(subprocess.CalledProcessError):
                ip(*thing)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def reason_to_skip() -> str | None:
    """Why this machine cannot have others inside it; None if it can."""
    name = f"shop{os.getpid()}"
    try:
        ip("netns", "add", name)
        ip("netns", "delete", name)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no network namespaces here: {error}"
    return None


async def forward(server: str) -> None:
    """Hand on every connection to the Unix socket `server`."""

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_unix_connection(server)
        await asyncio.gather(copy(reader, ours), copy(theirs, writer))

    async with await asyncio.start_server(accept, "0.0.0.0", PORT) as listener:
        await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(forward(sys.argv[1]))
