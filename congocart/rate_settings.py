"""How often one caller may call."""

from __future__ import annotations

from congocart import environment
from congocart.environment import Environment


def rate_settings(env: Environment) -> dict[str, str]:
    """Return hits/seconds of one caller: an account, an API key, or an IP address.

    `mail` is counted for each caller and recipient, `mail_address` for each recipient, from
    anywhere.
    """
    return {
        "read": env.parsed("CONGOCART_RATE_READ", "6000/60", environment.rate),
        "write": env.parsed("CONGOCART_RATE_WRITE", "3000/60", environment.rate),
        "coupon": env.parsed("CONGOCART_RATE_COUPON", "300/60", environment.rate),
        "auth": env.parsed("CONGOCART_RATE_AUTH", "300/60", environment.rate),
        "mail": env.parsed("CONGOCART_RATE_MAIL", "5/3600", environment.rate),
        "mail_address": env.parsed("CONGOCART_RATE_MAIL_ADDRESS", "50/3600", environment.rate),
        "key": env.parsed("CONGOCART_RATE_KEY", "3000/60", environment.rate),
    }
