"""VIES, where the European Commission tells whether a VAT number is registered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from core.errors import Invalid
from core.outbound import CallFailed, post_json, require_public_url

SECONDS = 10.0
_MAX_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class VatAnswer:
    """What VIES said; `consultation` proves that it was asked, for who gave their own number."""

    number: str
    valid: bool
    name: str
    address: str
    consultation: str
    body: dict[str, Any]


def ask_vies(number: str) -> VatAnswer | None:
    """Ask about a VAT number with its prefix; None when it cannot be told right now.

    A member state's register is often away: VIES then answers without saying yes or no.
    """
    chosen = settings.TAXES
    question = {"countryCode": number[:2], "vatNumber": number[2:]}
    if own := chosen.vies_requester:
        question |= {"requesterMemberStateCode": own[:2], "requesterNumber": own[2:]}
    try:
        target = require_public_url(
            f"{chosen.vies_url}/check-vat-number", insecure=not settings.PRODUCTION
        )
        body = post_json(target, question, seconds=SECONDS, max_bytes=_MAX_BYTES)
    except (CallFailed, Invalid):
        return None
    if not isinstance(body, dict) or not isinstance(body.get("valid"), bool):
        return None
    return VatAnswer(
        number=number,
        valid=body["valid"],
        name=_text(body, "name", 500),
        address=_text(body, "address", 1000),
        consultation=_text(body, "requestIdentifier", 100),
        body=json.loads(json.dumps(body).replace("\\u0000", "")),  # which no column takes
    )


def _text(body: dict[str, Any], name: str, longest: int) -> str:
    """Return a text of the answer; `---` is what VIES says of what it may not tell."""
    value = body.get(name)
    text = value.replace("\0", "")[:longest] if isinstance(value, str) else ""
    return "" if text == "---" else text
