from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.db.models.functions import Now
from django.test import override_settings
from django.utils import timezone

from core.http.idempotency import purge
from core.http.idempotency_store import RETENTION, KeyStore, StoredResponse
from core.http.leases import LEASE
from core.http.models import IdempotencyKey
from core.ids import uuid7
from events.models import Event
from tests.integration.api import diary

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.api.diary")]


@pytest.fixture(autouse=True)
def posted():
    diary.posted.clear()
    return diary.posted


@pytest.fixture
def post(client):
    client.raise_request_exception = False

    def send(path: str, body: object, key: str | None = "key-1", method: str = "post", **headers):
        headers |= {} if key is None else {"Idempotency-Key": key}
        return getattr(client, method)(path, body, headers=headers)

    return send


def test_without_a_key_each_request_has_its_effect(post):
    assert post("/entries", {"kind": "note"}, key=None).status_code == 201
    assert post("/entries", {"kind": "note"}, key=None).status_code == 201

    assert Event.objects.count() == 2
    assert not IdempotencyKey.objects.exists()


def test_a_repeated_request_gets_the_first_answer_and_no_second_effect(post):
    first = post("/entries", {"kind": "note"})
    second = post("/entries", {"kind": "note"})

    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first["ETag"] == second["ETag"] == '"7"'
    assert first["Content-Type"] == second["Content-Type"] == "application/json"
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    assert first["X-Request-ID"] != second["X-Request-ID"]
    assert Event.objects.count() == 1


def test_an_answer_without_a_body_is_replayed_without_one(post):
    first = post("/page", None, method="delete")
    second = post("/page", None, method="delete")

    assert [first.status_code, second.status_code] == [204, 204]
    assert second.content == b""
    assert "Content-Type" not in first
    assert "Content-Type" not in second
    assert Event.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(post):
    post("/entries", {"kind": "note"})
    response = post("/entries", {"kind": "other"})

    assert response.status_code == 422
    assert response.json()["code"] == "idempotency_key_reused"
    assert Event.objects.count() == 1


def test_a_key_belongs_to_its_caller_method_and_path(post):
    alice, bob = str(uuid7()), str(uuid7())
    for scope in (
        {},
        {"X-Test-User": alice},
        {"X-Test-User": bob},
        {"Cart-Token": "one"},
        {"Cart-Token": "two"},
    ):
        assert "Idempotent-Replayed" not in post("/entries", {"kind": "note"}, **scope)
    assert "Idempotent-Replayed" not in post("/other/entries", {"kind": "note"})
    assert "Idempotent-Replayed" not in post("/entries", {"kind": "note"}, method="patch")
    assert "Idempotent-Replayed" not in post("/entries", {"kind": "note"}, key="key-2")

    assert Event.objects.count() == 8


@pytest.mark.parametrize("key", ["", "a" * 256, "a" * 300, "caf\u00e9", "a\tb"])
def test_a_key_has_1_to_255_printable_characters(post, key):
    response = post("/entries", {"kind": "note"}, key=key)

    assert response.status_code == 400
    assert response.json()["code"] == "invalid_idempotency_key"
    assert not Event.objects.exists()


def test_a_key_of_255_characters_is_taken(post):
    assert post("/entries", {"kind": "note"}, key="~" * 255).status_code == 201


def test_a_refusal_undoes_the_effect_and_is_repeated_word_for_word(post):
    first = post("/entries", {"kind": "full"})
    second = post("/entries", {"kind": "full"})

    assert first.status_code == second.status_code == 409
    assert first.json()["code"] == "page_full"
    assert first.content == second.content
    assert second["Content-Type"] == "application/problem+json"
    assert second["Idempotent-Replayed"] == "true"
    assert not Event.objects.exists()


@pytest.mark.parametrize(("kind", "status"), [("down", 503), ("bug", 500)])
def test_a_failure_of_ours_is_never_stored(post, kind, status):
    assert post("/entries", {"kind": kind}).status_code == status
    again = post("/entries", {"kind": kind})

    assert again.status_code == status
    assert "Idempotent-Replayed" not in again
    assert not IdempotencyKey.objects.exists()
    assert not Event.objects.exists()


def test_an_invalid_request_leaves_its_key_free(post):
    assert post("/entries", {"kind": 5}).status_code == 400
    assert post("/entries", {"kind": "note"}).status_code == 201


def test_a_key_costs_two_statements_and_a_replay_one(post, assert_statements):
    with assert_statements(1):
        post("/entries", {"kind": "note"}, key=None)
    with assert_statements(3):
        post("/entries", {"kind": "note"})
    with assert_statements(1):
        post("/entries", {"kind": "note"})


def test_an_answer_is_unreadable_in_the_database(post):
    body = post("/entries", {"kind": "confidential"}, key="key-of-alice").content
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(k)::text, sealed FROM api_idempotencykey k")
        row, sealed = cursor.fetchone()

    for secret in (b"confidential", b"key-of-alice", body):
        assert secret not in bytes(sealed)
        assert secret.hex() not in row
        assert secret.decode() not in row


def test_a_body_that_holds_a_password_cannot_be_guessed_from_the_database(post):
    post("/entries", {"kind": "note"})

    kept = IdempotencyKey.objects.get().fingerprint
    assert kept != hashlib.sha256(b'{"kind":"note"}').hexdigest()
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        assert post("/entries", {"kind": "note"}).json()["code"] == "idempotency_key_reused"


def test_the_same_answer_is_never_encrypted_the_same_way_twice(post):
    sealed = set()
    for _ in range(2):
        post("/page", None, method="delete")
        sealed.add(bytes(IdempotencyKey.objects.get().sealed))
        IdempotencyKey.objects.all().delete()

    assert len(sealed) == 2


def test_a_changed_secret_key_still_opens_old_answers_while_it_is_a_fallback(post):
    first = post("/entries", {"kind": "note"})
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["development-only-" * 3]):
        assert post("/entries", {"kind": "note"}).content == first.content


def test_after_24_hours_a_key_is_free_again(post):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        post("/entries", {"kind": "note"})
        clock.shift(timedelta(hours=24))
        assert post("/entries", {"kind": "note"})["Idempotent-Replayed"] == "true"
        clock.shift(timedelta(seconds=1))
        assert "Idempotent-Replayed" not in post("/entries", {"kind": "other"})
        assert post("/entries", {"kind": "other"})["Idempotent-Replayed"] == "true"

    assert IdempotencyKey.objects.count() == 1


def test_purging_deletes_what_is_no_longer_honored(post):
    post("/entries", {"kind": "note"})
    now = timezone.now()

    assert purge(now=now + timedelta(hours=23)) == 0
    assert purge(now=now + timedelta(hours=25)) == 1
    assert not IdempotencyKey.objects.exists()


def test_purging_many_takes_a_thousand_at_a_time(assert_statements):
    now = timezone.now()
    IdempotencyKey.objects.bulk_create(
        IdempotencyKey(id=str(number), leased_until=now, created_at=now - 2 * RETENTION)
        for number in range(2_500)
    )
    with assert_statements(4):
        assert purge(now=now) == 2_500


def test_an_operation_of_two_transactions_is_answered_once(post):
    first = post("/letters", {"kind": "note"})
    second = post("/letters", {"kind": "note"})

    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert sorted(Event.objects.values_list("type", flat=True)) == ["begun.note", "sent.note"]


def test_an_operation_that_ends_after_its_first_transaction_is_stored_too(post):
    first = post("/letters", {"kind": "nothing_to_send"})
    second = post("/letters", {"kind": "nothing_to_send"})

    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"


def test_a_refusal_in_the_first_transaction_is_stored(post):
    post("/letters", {"kind": "full"})
    second = post("/letters", {"kind": "full"})

    assert second.status_code == 409
    assert second["Idempotent-Replayed"] == "true"


def test_a_refusal_that_was_presented_keeps_what_was_recorded(post):
    first = post("/letters", {"kind": "declined"})
    second = post("/letters", {"kind": "declined"})

    assert first.status_code == second.status_code == 402
    assert first.content == second.content
    assert second["Content-Type"] == "application/problem+json"
    assert second["Idempotent-Replayed"] == "true"
    assert Event.objects.filter(type="sent.declined").count() == 1


def test_a_presented_refusal_is_the_same_without_a_key(post):
    assert post("/letters", {"kind": "declined"}, key=None).status_code == 402


def test_a_failure_between_the_phases_lets_a_retry_resume_at_once(post, posted):
    assert post("/letters", {"kind": "lost"}).status_code == 500
    assert post("/letters", {"kind": "lost"}).status_code == 500

    begun = Event.objects.get()
    assert begun.type == "begun.lost"
    assert [(letter.id, letter.resumed) for letter in posted] == [
        (begun.pk, False),
        (begun.pk, True),
    ]
    kept = IdempotencyKey.objects.get()
    assert (kept.status, kept.recorded) == (None, begun.pk)
    assert kept.leased_until <= timezone.now()


def test_after_a_failure_between_the_phases_another_body_or_key_begins_anew(post, posted):
    assert post("/letters", {"kind": "lost"}).status_code == 500
    assert post("/letters", {"kind": "note"}).json()["code"] == "idempotency_key_reused"
    assert post("/letters", {"kind": "note"}, key="key-2").status_code == 201
    assert [letter.resumed for letter in posted] == [False, False]


def test_a_use_case_between_the_phases_neither_claims_nor_answers_the_key(post):
    first = post("/letters", {"kind": "registered"})
    second = post("/letters", {"kind": "registered"})

    assert first.json()["type"] == "sent.registered"
    assert first.content == second.content
    assert sorted(Event.objects.values_list("type", flat=True)) == [
        "begun.registered",
        "receipt",
        "sent.registered",
    ]


def test_a_key_of_two_phases_costs_three_statements_and_of_one_that_finished_two(
    post, assert_statements
):
    with assert_statements(3):
        post("/letters", {"kind": "note"}, key=None)
    with assert_statements(3 + 3):
        post("/letters", {"kind": "note"})
    with assert_statements(1):
        post("/letters", {"kind": "nothing_to_send"}, key=None)
    with assert_statements(1 + 2):
        post("/letters", {"kind": "nothing_to_send"}, key="key-2")


def test_a_lease_of_a_crashed_process_runs_out(post):
    """What a process leaves that was killed between the transactions."""
    post("/letters", {"kind": "note"})  # Its event stays, because events only grow.
    IdempotencyKey.objects.update(status=None, sealed=None, leased_until=Now() + LEASE)
    busy = post("/letters", {"kind": "note"})
    assert busy.status_code == 409
    assert busy.json()["code"] == "idempotency_in_progress"

    run_out()
    assert post("/letters", {"kind": "note"}).status_code == 201
    assert post("/letters", {"kind": "note"})["Idempotent-Replayed"] == "true"
    assert Event.objects.filter(type="sent.note").count() == 2


def run_out() -> None:
    """The time of every lease is over."""
    IdempotencyKey.objects.update(leased_until=Now())


def test_a_retry_after_a_kill_between_the_phases_resumes_from_the_recovery_point(post, posted):
    with pytest.raises(SystemExit):
        post("/letters", {"kind": "killed"})
    assert post("/letters", {"kind": "killed"}).json()["code"] == "idempotency_in_progress"

    run_out()
    response = post("/letters", {"kind": "killed"})
    assert response.status_code == 201
    assert post("/letters", {"kind": "killed"}).content == response.content

    assert [letter.resumed for letter in posted] == [False, True]
    assert len({letter.id for letter in posted}) == 1
    assert sorted(Event.objects.values_list("type", flat=True)) == ["begun.killed", "sent.killed"]


@pytest.mark.parametrize(
    ("seconds_left", "waits"), [(6, "1"), (4.5, "1"), (2.8, "3"), (1.2, "2"), (0.2, "1")]
)
def test_a_retry_waits_for_a_lease_that_is_not_renewed_any_more_and_no_longer(
    post, seconds_left, waits
):
    with pytest.raises(SystemExit):
        post("/letters", {"kind": "killed"})
    left = timedelta(seconds=seconds_left)
    IdempotencyKey.objects.update(leased_until=Now() + left)

    assert post("/letters", {"kind": "killed"})["Retry-After"] == waits


def test_the_clock_of_another_node_ends_no_lease(post):
    with pytest.raises(SystemExit):
        post("/letters", {"kind": "killed"})
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        response = post("/letters", {"kind": "killed"})

    assert response.json()["code"] == "idempotency_in_progress"


def test_a_recovery_point_is_there_for_a_retry_as_long_as_the_key():
    store = KeyStore(scope="someone", body=b"something")
    now, point, holder = timezone.now(), uuid7(), uuid4()
    assert store.lease(point, holder, now)
    assert not store.lease(point, holder, now)

    store.release(holder)

    assert store.locked_row(now).recovery_point == point
    assert store.locked_row(now + RETENTION + LEASE).recovery_point is None
    assert store.lease(point, holder, now)


def test_a_recovery_point_is_replaced_only_once_the_key_is_free_again():
    store = KeyStore(scope="someone", body=b"something")
    now, point, other, holder = timezone.now(), uuid7(), uuid7(), uuid4()
    assert store.lease(point, holder, now)
    store.release(holder)
    assert not store.lease(other, uuid4(), now)
    later = now + RETENTION + LEASE
    assert store.lease(other, uuid4(), later)
    assert store.locked_row(later).recovery_point == other


def test_who_was_overtaken_ends_no_other_s_lease_and_refuses_nothing_in_its_place():
    store = KeyStore(scope="someone", body=b"something")
    now, point, overtaken, holder = timezone.now(), uuid7(), uuid4(), uuid4()
    refusal = StoredResponse(409, {}, b"{}")
    assert store.lease(point, overtaken, now)
    run_out()
    assert store.lease(point, holder, now)

    store.release(overtaken)
    assert store.locked_row(now).leased_for > 0
    assert not store.keep(refusal, overtaken, now, over_lease=False)
    assert store.keep(refusal, holder, now, over_lease=False)
