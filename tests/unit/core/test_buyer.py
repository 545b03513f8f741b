"""What is kept of a buyer, and how what they agree to adds up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.buyer import MAX_CONSENTS, buyer_known_by, changed_buyer, with_consent

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
AT = "2026-11-29T12:00:00Z"


def test_what_is_left_out_stays_and_null_clears() -> None:
    kept = {"first_name": "Ada", "last_name": "", "phone": "1"}

    assert changed_buyer({}, {"first_name": "Ada", "phone": "1"}) == kept
    assert changed_buyer(kept, {}) == kept
    assert changed_buyer(kept, {"phone": None, "consent": {"terms": True}}) == kept | {"phone": ""}
    assert changed_buyer(kept, None) == {}


def test_each_change_of_mind_is_kept_with_its_moment() -> None:
    first = with_consent([], {"marketing": True, "source": "checkout"}, now=NOW)
    second = with_consent(first, {"terms": True}, now=NOW + timedelta(seconds=1))
    third = with_consent(second, {"marketing": False}, now=NOW + timedelta(minutes=1))

    assert first == [{"marketing": True, "source": "checkout", "given_at": AT}]
    assert second[-1]["marketing"] is second[-1]["terms"] is True
    assert [entry["given_at"] for entry in third] == [
        AT, "2026-11-29T12:00:01Z", "2026-11-29T12:01:00Z"
    ]  # fmt: skip
    assert third[-1]["marketing"] is False
    assert third[:2] == second


def test_who_says_the_same_again_has_said_it_the_first_time() -> None:
    kept = with_consent([], {"marketing": True}, now=NOW)

    assert with_consent(kept, {"marketing": True}, now=NOW + timedelta(hours=1)) == kept


def test_no_machine_fills_the_history() -> None:
    kept = with_consent([], {"marketing": False}, now=NOW)
    for number in range(2 * MAX_CONSENTS):
        kept = with_consent(kept, {"marketing": number % 2 == 0}, now=NOW)

    assert len(kept) == MAX_CONSENTS
    assert kept[-1]["marketing"] is False


def test_the_address_tells_what_the_buyer_has_not() -> None:
    address = {"first_name": "Ada", "last_name": "Lovelace", "phone": "1"}

    assert buyer_known_by({}, address) == address
    assert buyer_known_by({"last_name": "Suharto"}, address) == {
        "first_name": "", "last_name": "Suharto", "phone": "1"
    }  # fmt: skip
    assert buyer_known_by({}, None) == {"first_name": "", "last_name": "", "phone": ""}
