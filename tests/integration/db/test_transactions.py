"""The unit of work without a request: what is committed when, and what refuses to run."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from django.db.transaction import TransactionManagementError

from core.db.transactions import (
    FetchFirst,
    Finished,
    RecoveryPoint,
    RunAgain,
    leave_database,
    rehearse,
    transaction_required,
    two_step,
    use_case,
)
from core.errors import Conflict, ResourceBusy, Unavailable
from core.ids import uuid7
from events.models import Event

pytestmark = pytest.mark.django_db(transaction=True)

SUBJECT = UUID("0197f3a1-7b1c-7c3e-9b1a-2f6f0e1d2c3b")


def write(kind: str) -> RecoveryPoint:
    return RecoveryPoint(Event.objects.create(id=uuid7(), type=kind, subject_id=SUBJECT).pk)


def written() -> list[str]:
    return sorted(Event.objects.values_list("type", flat=True))


@transaction_required
def write_within(kind: str) -> RecoveryPoint:
    return write(kind)


def test_a_part_of_a_use_case_refuses_to_run_without_one():
    with pytest.raises(TransactionManagementError, match="write_within needs an open transaction"):
        write_within("alone")
    assert written() == []

    use_case(write_within)("within")
    assert written() == ["within"]


def test_the_first_phase_is_committed_before_the_call_and_the_call_runs_in_no_transaction():
    def execute(point: RecoveryPoint) -> str:
        assert not connection.in_atomic_block
        assert written() == ["begun"]
        assert Event.objects.get().pk == point.id
        return "sent"

    concluded = two_step(
        record=lambda: write("begun"),
        execute=execute,
        conclude=lambda point, executed: (point.resumed, write(executed)),
    )

    assert concluded[0] is False
    assert written() == ["begun", "sent"]


def test_what_is_finished_in_the_first_phase_is_not_executed():
    response = two_step(
        record=lambda: Finished(write("done")),
        execute=lambda point: pytest.fail("executed"),
        conclude=lambda point, executed: pytest.fail("concluded"),
    )

    assert Event.objects.get().pk == response.id


def test_a_failed_call_leaves_what_the_first_phase_recorded():
    def execute(point: RecoveryPoint) -> None:
        raise OSError("no route to host")

    with pytest.raises(OSError, match="no route"):
        two_step(
            record=lambda: write("begun"),
            execute=execute,
            conclude=lambda point, executed: write("sent"),
        )

    assert written() == ["begun"]


def test_each_phase_runs_again_by_itself():
    tries: list[str] = []

    def overtaken_once(kind: str) -> RecoveryPoint:
        tries.append(kind)
        point = write(kind)
        if tries.count(kind) == 1:
            raise RunAgain
        return point

    two_step(
        record=lambda: overtaken_once("begun"),
        execute=lambda point: tries.append("executed"),
        conclude=lambda point, executed: overtaken_once("sent"),
    )

    assert tries == ["begun", "begun", "executed", "sent", "sent"]
    assert written() == ["begun", "sent"]


def test_what_only_a_call_can_tell_is_fetched_outside_and_the_use_case_runs_again():
    told: list[str] = []

    def fetch() -> None:
        leave_database()
        assert written() == []  # what had been done is rolled back
        use_case(write)("fetched")
        told.append("fetched")

    @use_case
    def needs_it() -> list[str]:
        write("done")
        if not told:
            raise FetchFirst(fetch)
        return written()

    assert needs_it() == ["done", "fetched"]
    assert written() == ["done", "fetched"]


def test_a_call_that_fails_refuses_the_use_case():
    def fetch() -> None:
        raise Unavailable

    @use_case
    def needs_it() -> None:
        write("done")
        raise FetchFirst(fetch)

    with pytest.raises(Unavailable):
        needs_it()
    assert written() == []


def test_a_use_case_that_always_needs_more_is_given_up():
    @use_case
    def needs_it() -> None:
        raise FetchFirst(lambda: None)

    with pytest.raises(ResourceBusy):
        needs_it()


def test_the_database_is_not_left_within_a_transaction():
    with pytest.raises(RuntimeError, match="inside a transaction"):
        use_case(leave_database)()


def test_a_rehearsal_tells_what_would_be_done_and_leaves_nothing():
    told = rehearse(lambda: (write("begun"), written()))

    assert told[1] == ["begun"]
    assert written() == []


def test_a_rehearsal_is_refused_as_the_use_case_would_be():
    def refused() -> None:
        write("begun")
        raise Conflict

    with pytest.raises(Conflict):
        rehearse(refused)
    assert written() == []
