"""`stripe`: cards and wallets through Stripe's PaymentIntents, with the official SDK."""

from __future__ import annotations

from payments.providers.stripe.provider import StripeProvider

__all__ = ["StripeProvider"]
