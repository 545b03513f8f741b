"""Creating and changing promotions and their codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from core.db.transactions import transaction_required, use_case
from core.errors import FieldError
from pricing.domain import clean_code, code_key
from pricing.domain.codes import new_codes
from pricing.domain.promotion_bodies import require_promotion
from pricing.domain.promotions import PromotionClass
from pricing.errors import CodeTaken, InvalidCode, InvalidPromotion, PromotionNotFound
from pricing.models import Promotion, PromotionCode
from pricing.services.redemptions import LIMITS, number_slots

CREATE_PROMOTION_ERRORS = (InvalidPromotion, InvalidCode, CodeTaken)
CHANGE_PROMOTION_ERRORS = (PromotionNotFound, *CREATE_PROMOTION_ERRORS)
GENERATE_CODES_ERRORS = (PromotionNotFound, InvalidCode, CodeTaken)


class PromotionValues(TypedDict, total=False):
    """What a promotion is made of; what is left out of a change stays as it is.

    `codes` are those that were thought up, and all of them. Without any code it is `automatic`
    unless that is said to be false: then it waits for codes.
    """

    title: str
    action: Mapping[str, Any]
    conditions: Mapping[str, Any]
    codes: Sequence[str]
    automatic: bool
    priority: int
    exclusive: bool
    combines_with: Sequence[str]
    usage_limit: int | None
    per_customer_limit: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    active: bool


@use_case
def create_promotion(*, values: PromotionValues, now: datetime) -> UUID:
    """Create a promotion and return its id. Raises `CREATE_PROMOTION_ERRORS`."""
    promotion = Promotion(combines_with=list(PromotionClass), created_at=now)
    write_promotion(promotion, values=values, now=now)
    return promotion.pk


@use_case
def change_promotion(*, promotion_id: UUID, values: PromotionValues, now: datetime) -> UUID:
    """Change what `values` names. Raises `CHANGE_PROMOTION_ERRORS`.

    A limit counts what was used before it was set; one below that lets nobody else use it.
    """
    write_promotion(lock_promotion(promotion_id), values=values, now=now)
    return promotion_id


@use_case
def delete_promotion(*, promotion_id: UUID, now: datetime) -> None:
    """End a promotion and free its codes; what has used it keeps it. Raises `PromotionNotFound`."""
    promotion = lock_promotion(promotion_id)
    promotion.codes.filter(active=True).update(active=False)
    promotion.deleted_at = now
    promotion.save(update_fields=["deleted_at"])


@use_case
def generate_codes(*, promotion_id: UUID, count: int, prefix: str, now: datetime) -> list[str]:
    """Make up codes that work once each; the promotion is no longer automatic.

    Raises `GENERATE_CODES_ERRORS`.
    """
    promotion = lock_promotion(promotion_id)
    try:
        prefix = clean_code(prefix) if prefix else ""
    except InvalidCode as refusal:
        raise refusal.at("/prefix") from None
    codes = list(new_codes(count, prefix))
    PromotionCode.objects.bulk_create(
        PromotionCode(
            promotion=promotion,
            code=code,
            key=code_key(code),
            usage_limit=1,
            generated=True,
            created_at=now,
        )
        for code in codes
    )
    if promotion.automatic:
        promotion.automatic = False
        promotion.save(update_fields=["automatic"])
    return codes


@transaction_required
def write_promotion(promotion: Promotion, *, values: PromotionValues, now: datetime) -> None:
    """Save a new or locked promotion with `values`, or change nothing.

    Raises `CREATE_PROMOTION_ERRORS`.
    """
    is_new = promotion._state.adding  # noqa: SLF001 - documented API
    limits = [getattr(promotion, name) for name in LIMITS]
    codes = check_promotion(promotion, values=values)
    promotion.save(force_insert=is_new)
    if codes is not None:
        _replace_codes(promotion, codes, now=now)
    if not is_new and limits != [getattr(promotion, name) for name in LIMITS]:
        number_slots(promotion, now=now)


def check_promotion(
    promotion: Promotion, *, values: PromotionValues
) -> Mapping[str, tuple[str, str]] | None:
    """Set `values` in memory; return the codes that it is to have, by key, if they name them.

    Raises `CREATE_PROMOTION_ERRORS`.
    """
    for name, value in values.items():
        if name not in ("codes", "automatic"):
            setattr(promotion, name, value)
    require_promotion(
        action=promotion.action,
        conditions=promotion.conditions,
        starts_at=promotion.starts_at,
        ends_at=promotion.ends_at,
    )
    codes = _cleaned(values["codes"]) if "codes" in values else None
    has_codes = _will_have_codes(promotion, codes)
    if codes is not None or promotion._state.adding:  # noqa: SLF001 - documented API
        promotion.automatic = not has_codes
    promotion.automatic = values.get("automatic", promotion.automatic)
    if promotion.automatic and has_codes:
        detail = "A promotion with codes applies by them."
        raise InvalidPromotion(errors=[FieldError("/automatic", "has_codes", detail)])
    others = PromotionCode.objects.filter(key__in=codes or (), active=True)
    if taken := others.exclude(promotion_id=promotion.pk).values_list("key", flat=True):
        clashes = [(codes or {})[key] for key in taken]
        errors = [FieldError(at, CodeTaken.code, f"{code} is taken.") for code, at in clashes]
        raise CodeTaken(errors=errors)
    return codes


@transaction_required
def lock_promotion(promotion_id: UUID) -> Promotion:
    """Lock a promotion against all who use it. Raises `PromotionNotFound`."""
    rows = Promotion.objects.filter(pk=promotion_id, deleted_at=None).select_for_update()
    promotion = rows.first()
    if promotion is None:
        raise PromotionNotFound
    return promotion


def _will_have_codes(promotion: Promotion, codes: Mapping[str, tuple[str, str]] | None) -> bool:
    """Tell whether codes ask for it, `codes` being its named ones from now on if given."""
    if codes or promotion._state.adding:  # noqa: SLF001 - documented API
        return bool(codes)
    kept = promotion.codes.filter(active=True)
    return (kept if codes is None else kept.filter(generated=True)).exists()


def _cleaned(codes: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return by key each code as it is shown, and its pointer. Raises `InvalidCode`."""
    cleaned: dict[str, tuple[str, str]] = {}
    errors = []
    for position, text in enumerate(codes):
        pointer = f"/codes/{position}"
        try:
            code = clean_code(text)
            cleaned.setdefault(code_key(code), (code, pointer))
        except InvalidCode as refusal:
            errors.append(FieldError(pointer, refusal.code, refusal.detail))
    if errors:
        raise InvalidCode(errors=errors)
    return cleaned


def _replace_codes(
    promotion: Promotion, codes: Mapping[str, tuple[str, str]], *, now: datetime
) -> None:
    """Make `codes` the named ones of a promotion; one that comes back has its uses still."""
    own = promotion.codes.all()
    own.filter(active=True, generated=False).exclude(key__in=codes).update(active=False)
    latest = {row.key: row for row in own.filter(key__in=codes).order_by("active", "id")}
    for key, row in latest.items():
        row.active = True
        row.code = row.code if row.generated else codes[key][0]
    PromotionCode.objects.bulk_update(latest.values(), ["active", "code"])
    PromotionCode.objects.bulk_create(
        PromotionCode(promotion=promotion, code=code, key=key, created_at=now)
        for key, (code, _) in codes.items()
        if key not in latest
    )
