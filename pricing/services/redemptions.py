"""Uses of promotions: held by checkouts, taken by orders, given back.

What is limited has numbered slots, which the database lets be used once (docs/adr/0081). Who takes
one has locked the limited promotions, in the order of their ids, after the cart and before the
stock. What has no limits is recorded without a lock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from core.db.lines import in_line
from core.db.transactions import RunAgain, transaction_required
from core.ids import uuid7
from pricing.domain import KnownCode, code_key
from pricing.domain.usage import Use, scopes_of
from pricing.errors import CouponExhausted
from pricing.models import Promotion, PromotionCode, Redemption, Slot

LIMITS = ("usage_limit", "per_customer_limit")
_USE = """
WITH used AS (
    INSERT INTO pricing_redemption
        (id, promotion_id, code_id, checkout_id, customer_key, held_until, created_at)
    SELECT id, promotion_id, code_id, %(checkout)s, %(customer)s, %(until)s, %(now)s
    FROM unnest(%(ids)s::uuid[], %(of)s::uuid[], %(codes)s::uuid[])
        AS used (id, promotion_id, code_id)
), numbered AS (
    -- A slot that has lapsed or was given back, or else the next number.
    SELECT wanted.*, coalesce(
        (
            SELECT slot.number FROM pricing_slot AS slot
            WHERE slot.scope = wanted.scope AND slot.free_from <= %(now)s
                AND slot.number <= wanted.at_most
            ORDER BY slot.free_from LIMIT 1
        ),
        (SELECT max(slot.number) + 1 FROM pricing_slot AS slot WHERE slot.scope = wanted.scope),
        1
    ) AS number
    FROM unnest(%(scopes)s::uuid[], %(limits)s::int[], %(promotions)s::uuid[], %(uses)s::uuid[])
        AS wanted (scope, at_most, promotion_id, redemption_id)
)
INSERT INTO pricing_slot (scope, number, at_most, promotion_id, redemption_id, free_from)
SELECT scope, number, at_most, promotion_id, redemption_id, %(until)s
FROM numbered WHERE number <= at_most
ON CONFLICT (scope, number) DO UPDATE
SET at_most = excluded.at_most, redemption_id = excluded.redemption_id,
    free_from = excluded.free_from
RETURNING scope
"""
_TAKE = """
WITH taken AS (
    UPDATE pricing_redemption SET order_id = %(order)s, held_until = NULL
    WHERE checkout_id = %(checkout)s RETURNING id
)
UPDATE pricing_slot SET free_from = NULL FROM taken WHERE redemption_id = taken.id
"""
_GIVE_BACK = """
WITH freed AS (
    UPDATE pricing_slot SET redemption_id = NULL, free_from = 'epoch'
    WHERE redemption_id = ANY(%(redemptions)s)
)
DELETE FROM pricing_redemption WHERE id = ANY(%(redemptions)s)
"""
_NUMBER = """
INSERT INTO pricing_slot (scope, number, at_most, promotion_id, redemption_id, free_from)
SELECT scope, number, greatest(number, at_most), promotion_id, redemption_id, held_until
FROM (
    SELECT counted.scope, counted.at_most, use.promotion_id, use.id AS redemption_id,
        use.held_until, row_number() OVER (PARTITION BY counted.scope ORDER BY use.id) AS number
    FROM pricing_redemption AS use
    LEFT JOIN pricing_promotioncode AS code ON code.id = use.code_id
    CROSS JOIN LATERAL (VALUES
        (use.promotion_id, %(usage_limit)s::int),
        (code.id, code.usage_limit),
        (
            CASE WHEN use.customer_key <> ''
            THEN md5(use.promotion_id || ':' || use.customer_key)::uuid END,
            %(per_customer_limit)s::int
        )
    ) AS counted (scope, at_most)
    WHERE use.promotion_id = %(promotion)s
        AND (use.held_until IS NULL OR use.held_until > %(now)s)
        AND counted.scope IS NOT NULL AND counted.at_most IS NOT NULL
) AS numbered
"""


@transaction_required
def hold_redemptions(
    *,
    checkout_id: UUID,
    uses: Sequence[Use],
    customer_key: str,
    instead_of: Collection[UUID] = (),
    until: datetime,
    now: datetime,
) -> None:
    """Hold the uses for a checkout until then, in place of what the checkouts `instead_of` hold.

    Raises `RunAgain` when one has been used up since it was looked at: who looks again sees it.
    """
    given_back = _held_by(instead_of) if instead_of else {}
    if not _claim(checkout_id, uses, customer_key, given_back, until=until, now=now):
        raise RunAgain(retry_after=1)


@transaction_required
def take_redemptions(
    *,
    checkout_id: UUID,
    order_id: UUID,
    applied: Collection[tuple[UUID, str]],
    customer_key: str,
    now: datetime,
) -> None:
    """Take what a checkout holds for its order: each applied promotion's id, and its code.

    What has lapsed meanwhile is taken if it is still to be had. Raises `CouponExhausted`.
    """
    if not applied:
        return
    # The lock keeps `number_slots` off until the slots say that they are taken.
    held = Redemption.objects.filter(checkout_id=checkout_id).select_for_update()
    live = {promotion for promotion, until in held.values_list("promotion_id", "held_until")
            if until is None or until > now}  # fmt: skip
    if not live >= {promotion_id for promotion_id, _ in applied}:
        uses = _uses_of(applied)
        lapsed = _held_by([checkout_id])
        if not _claim(checkout_id, uses, customer_key, lapsed, until=now, now=now):
            raise CouponExhausted(codes=[code for _, code in applied if code])
    _take(order_id, checkout_id)


@transaction_required
def retake_redemptions(
    *,
    checkout_id: UUID,
    order_id: UUID,
    uses: Sequence[Use],
    customer_key: str,
    now: datetime,
) -> None:
    """Take the uses for an order that was priced again, in place of what it took before.

    Comes before its payments are locked. Raises `RunAgain` as `hold_redemptions` does.
    """
    taken = _found(Q(order_id=order_id))
    if not _claim(checkout_id, uses, customer_key, taken, until=now, now=now):
        raise RunAgain(retry_after=1)
    _take(order_id, checkout_id)


@transaction_required
def release_redemptions(*, checkout_ids: Collection[UUID]) -> None:
    """Give back what checkouts hold; holding nothing is fine, what an order took stays."""
    _give_back(_held_by(checkout_ids))


@transaction_required
def return_redemptions(*, order_id: UUID) -> None:
    """Give back what an order took."""
    _give_back(_found(Q(order_id=order_id)))


@transaction_required
def number_slots(promotion: Promotion, *, now: datetime) -> None:
    """Assign the uses of a promotion, locked for update, new numbers under its present limits.

    Those beyond a limit that was lowered keep a slot, so that there is none for others.
    """
    list(Redemption.objects.filter(promotion=promotion).select_for_update().values_list("pk"))
    Slot.objects.filter(promotion=promotion).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            _NUMBER,
            {
                "promotion": promotion.pk,
                "usage_limit": promotion.usage_limit,
                "per_customer_limit": promotion.per_customer_limit,
                "now": now,
            },
        )


def _take(order_id: UUID, checkout_id: UUID) -> None:
    """Give what a checkout holds to its order, with the slots."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"order": order_id, "checkout": checkout_id})


def _claim(
    checkout_id: UUID,
    uses: Sequence[Use],
    customer_key: str,
    instead_of: Mapping[UUID, UUID | None],
    *,
    until: datetime,
    now: datetime,
) -> bool:
    """Record the uses with a slot of each of their scopes; tell whether all were to be had."""
    limits = _give_back(
        instead_of,
        also={use.promotion_id for use in uses if use.is_limited},
    )
    numbered = [(uuid7(), use) for use in uses]
    wanted = [
        (scope, redemption_id)
        for redemption_id, use in numbered
        if (limit := limits.get(use.promotion_id))
        for scope in scopes_of(replace(use.promotion, **limit), use.code, customer_key)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _USE,
            {
                "ids": [redemption_id for redemption_id, _ in numbered],
                "of": [use.promotion_id for _, use in numbered],
                "codes": [use.code and use.code.id for _, use in numbered],
                "checkout": checkout_id,
                "customer": customer_key,
                "scopes": [scope.id for scope, _ in wanted],
                "limits": [scope.at_most for scope, _ in wanted],
                "promotions": [scope.promotion_id for scope, _ in wanted],
                "uses": [redemption_id for _, redemption_id in wanted],
                "until": until,
                "now": now,
            },
        )
        return len(cursor.fetchall()) == len(wanted)


def _held_by(checkout_ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """Return what checkouts hold, as `_found` does."""
    return _found(Q(checkout_id__in=checkout_ids, order=None))


def _found(condition: Q) -> dict[UUID, UUID | None]:
    """Return redemptions by id, with the promotion of which they have a slot, if they have one."""
    rows = Redemption.objects.filter(condition).values_list("pk", "slots__promotion_id")
    return dict(rows.order_by())


def _give_back(
    redemptions: Mapping[UUID, UUID | None], *, also: Collection[UUID] = ()
) -> dict[UUID, dict[str, Any]]:
    """Give redemptions back, and return the limits of the promotions `also`.

    All are locked at once, in one order, or two who swap their promotions would wait in a circle.
    """
    rows: Iterable[tuple[UUID, int | None, int | None]] = ()
    if promotion_ids := {*also, *filter(None, redemptions.values())}:
        promotions = Promotion.objects.filter(pk__in=promotion_ids).order_by("pk")
        locked = promotions.select_for_update(no_key=True)
        with in_line(promotion_ids):
            rows = list(locked.values_list("pk", *LIMITS))
    if redemptions:
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_BACK, {"redemptions": list(redemptions)})
    return {pk: dict(zip(LIMITS, limits, strict=True)) for pk, *limits in rows}


def _uses_of(applied: Iterable[tuple[UUID, str]]) -> list[Use]:
    """Read what was applied; a code that was removed meanwhile counts as it did."""
    codes = dict(applied)
    keys = [code_key(code) for code in codes.values() if code]
    rows = PromotionCode.objects.filter(promotion__in=codes, key__in=keys).order_by("active", "id")
    known = {
        row.promotion_id: KnownCode(row.code, row.pk, row.promotion_id, row.usage_limit)
        for row in rows
    }
    promotions = Promotion.objects.filter(pk__in=codes)
    return [Use(promotion.terms(), known.get(promotion.pk)) for promotion in promotions]
