"""What promotions did to a price, as clients read it: JSON of a stored explanation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.money import money_body
from pricing.domain.ledger import Reason, RejectedPromotion
from pricing.domain.words import detail_of


def coupon_bodies(explanation: Mapping[str, Any], currency: str) -> list[dict[str, Any]]:
    """Render a `CouponOutput` for each submitted code of a stored explanation."""
    body = promotions_body(explanation, currency)
    applied = {each["code"]: each for each in body["applied"]}
    rejected = {each["code"]: each for each in body["rejected"]}
    coupons = []
    for code in body["submitted"]:
        taken = applied.get(code, {})
        shown = {name: taken[name] for name in ("amount", "allocations") if name in taken}
        refused = {} if taken else rejected.get(code, {})
        coupons.append({"code": code, "applied": bool(taken), **refused, **shown})
    return coupons


def promotions_body(explanation: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Render `PromotionsOutput` of a stored explanation (`explanation_body`)."""
    applied = [
        {
            **{name: each[name] for name in ("id", "title", "code")},
            "amount": money_body(each["amount"], currency),
            "allocations": [
                {
                    **({"shipping": True} if sku is None else {"sku": sku}),
                    "amount": money_body(amount, currency),
                }
                for sku, amount in each["allocations"]
            ],
        }
        for each in explanation.get("applied", [])
    ]
    return {
        "submitted": explanation.get("submitted", []),
        "applied": applied,
        "rejected": [
            {name: each[name] for name in ("code", "reason")} | _detail(each, currency)
            for each in explanation.get("rejected", [])
        ],
        "near": [
            {name: each[name] for name in ("id", "title", "reason", "missing")}
            | _detail(each, currency)
            for each in explanation.get("near", [])
        ],
    }


def _detail(stored: Mapping[str, Any], currency: str) -> dict[str, str]:
    rejected = RejectedPromotion(**{**stored, "reason": Reason(stored["reason"])})
    return {"detail": detail_of(rejected, currency)}
