from __future__ import annotations

import signal
import socket
from collections.abc import Iterator

import pytest

from embedded import up
from embedded.errors import CannotRun
from embedded.supervisor import Service, Supervisor


def test_a_port_with_a_listener_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "PORT_SECONDS", 0)
    with socket.create_server(("127.0.0.1", 0)) as busy, pytest.raises(CannotRun, match="in use"):
        up.require_free_port(busy.getsockname()[1])


def test_a_service_that_keeps_dying_waits_longer_each_time() -> None:
    service = Service("worker", ["true"])
    service.started_at = float("inf")
    assert [service.note_death() for _ in range(7)] == [0, 2, 4, 8, 16, 30, 30]


def test_a_service_that_had_settled_starts_again_at_once() -> None:
    service = Service("worker", ["true"], failures=5, started_at=-1000)
    assert service.note_death() == 0


@pytest.fixture
def own_signals() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("own_signals")
@pytest.mark.parametrize("ignored", [True, False])
def test_a_hang_up_stops_a_shop_unless_it_was_started_under_nohup(ignored: bool) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    with Supervisor():
        assert (signal.getsignal(signal.SIGHUP) == signal.SIG_IGN) is ignored
        assert callable(signal.getsignal(signal.SIGTERM))
