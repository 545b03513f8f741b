"""Who buys, in their own words: a name, a phone number, and what they have agreed to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from core.address import phone_fault
from core.errors import FieldError, Invalid

BUYER_FIELDS = ("first_name", "last_name", "phone")
# What is kept of one buyer's changes of mind: who agreed and withdrew more often is a machine.
MAX_CONSENTS = 50


class Consent(TypedDict, total=False):
    """What a buyer agrees to, or does not; what is absent stays as they have said before.

    `source` says where they were asked, `text` what: its version or its wording.
    """

    marketing: bool
    terms: bool
    source: str
    text: str


class KeptConsent(Consent):
    """A consent as it is kept: `given_at` is RFC 3339, UTC."""

    given_at: str


class BuyerChanges(TypedDict, total=False):
    """What a buyer says of themselves; what is absent stays as it is, None clears it."""

    first_name: str | None
    last_name: str | None
    phone: str | None
    consent: Consent


def require_phone(changes: BuyerChanges | None, pointer: str) -> None:
    """Raise `Invalid` for a phone number that is none; `pointer` is that of the buyer."""
    if fault := phone_fault((changes or {}).get("phone") or ""):
        raise Invalid(errors=[FieldError(f"{pointer}/phone", *fault)])


def changed_buyer(kept: Mapping[str, str], changes: BuyerChanges | None) -> dict[str, str]:
    """Return name and phone number after changes; None forgets all of them."""
    if changes is None:
        return {}
    values: Mapping[str, object] = {**kept, **changes}
    return {name: str(values.get(name) or "") for name in BUYER_FIELDS}


def with_consent(
    kept: Sequence[KeptConsent], given: Consent, *, now: datetime
) -> list[KeptConsent]:
    """Add what was agreed to at `now` to what was before; saying the same again changes nothing.

    Each entry is the whole of what holds from then on. The oldest are dropped beyond
    `MAX_CONSENTS`.
    """
    given_at = now.isoformat().replace("+00:00", "Z")
    if not kept:
        return [{**given, "given_at": given_at}]
    latest = kept[-1]
    if {**latest, **given} == latest:
        return list(kept)
    entry: KeptConsent = {**latest, **given, "given_at": given_at}
    return [*kept, entry][-MAX_CONSENTS:]


def buyer_known_by(kept: Mapping[str, str], address: Mapping[str, str] | None) -> dict[str, str]:
    """Return name and phone number, those of the address where the buyer has given none."""
    known = {name: kept.get(name, "") for name in BUYER_FIELDS}
    given = address or {}
    if not (known["first_name"] or known["last_name"]):
        known |= {name: given.get(name, "") for name in ("first_name", "last_name")}
    return known | {"phone": known["phone"] or given.get("phone", "")}
