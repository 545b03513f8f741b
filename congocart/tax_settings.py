"""The settings of whose taxes hold, and of the services that are asked about them."""

from __future__ import annotations

from dataclasses import dataclass

from congocart import environment
from congocart.environment import Environment
from core.postal import country_with, region_of

VIES = "https://ec.europa.eu/taxation_customs/vies/rest-api"


@dataclass(frozen=True, slots=True)
class TaxSettings:
    """Where the shop is taxed and how; times are in seconds.

    `origin` is a country and a region of it, the latter empty for none. `vies` says what the
    European Commission's answer about a VAT number is to a checkout; `provider` is the URL of a
    tax service, empty for none, and `fallback` what happens when it does not answer.
    """

    basis: str
    origin: tuple[str, str]
    shipping: str
    vies: str
    vies_url: str
    vies_requester: str
    provider: str
    provider_token: str
    provider_timeout: float
    provider_keeps: int
    fallback: str


def place(text: str) -> tuple[str, str]:
    """Read a country of ISO 3166-1, such as GB, or with a region as addresses have it: CA-QC."""
    code, _, name = text.partition("-")
    country = country_with(code)
    region = region_of(country, name) if country and name else None
    if country is None or (name and region is None):
        raise ValueError(f"is {text!r}; it has to be a country, or with a region, such as CA-QC.")
    return country.code, region.key if region else ""


def tax_settings(env: Environment) -> TaxSettings:
    """Read them from the environment."""
    return TaxSettings(
        basis=env.str("CONGOCART_TAX_BASIS", "destination", one_of=("destination", "origin")),
        origin=env.parsed("CONGOCART_TAX_ORIGIN", ("GB", ""), place),
        shipping=env.str(
            "CONGOCART_SHIPPING_TAX", "standard", one_of=("standard", "items", "none")
        ),
        vies=env.str("CONGOCART_VIES", "off", one_of=("off", "optional", "required")),
        vies_url=env.parsed("CONGOCART_VIES_URL", VIES, environment.web_address),
        vies_requester=env.str("CONGOCART_VIES_REQUESTER", ""),
        provider=env.parsed("CONGOCART_TAX_PROVIDER", "", environment.web_address),
        provider_token=env.str("CONGOCART_TAX_PROVIDER_TOKEN", ""),
        provider_timeout=env.float("CONGOCART_TAX_PROVIDER_TIMEOUT_SECONDS", 2.0),
        provider_keeps=env.int("CONGOCART_TAX_PROVIDER_KEEP_SECONDS", 3600),
        fallback=env.str("CONGOCART_TAX_FALLBACK", "table", one_of=("table", "refuse")),
    )
