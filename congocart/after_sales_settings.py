"""The settings of what follows a purchase: when it is over, and how long it can be undone."""

from __future__ import annotations

from dataclasses import dataclass

from congocart.environment import Environment


@dataclass(frozen=True, slots=True)
class AfterSalesSettings:
    """All in days.

    `withdrawal` is how long a buyer may withdraw, 0 for a shop that need not offer it; `delivery`
    how long after it was sent something counts as delivered that nobody marks, 0 for never;
    `link` how long a mailed link opens an order.
    """

    withdrawal: int
    delivery: int
    link: int


def after_sales_settings(env: Environment) -> AfterSalesSettings:
    """Read them from the environment."""
    return AfterSalesSettings(
        withdrawal=env.int("CONGOCART_WITHDRAWAL_DAYS", 14, at_least=0, at_most=3_650),
        delivery=env.int("CONGOCART_COMPLETE_AFTER_DAYS", 14, at_least=0, at_most=3_650),
        link=env.int("CONGOCART_ORDER_LINK_DAYS", 7, at_most=3_650),
    )
