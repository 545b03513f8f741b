"""Whether and how the goods of a checkout are delivered, on plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checkout.errors import UnknownShippingMethod
from core.errors import FieldError
from core.messages import Message
from pricing.domain import ShippingOffer

NO_SHIPPING_METHOD = Message(
    "no_shipping_method",
    "/shipping_method",
    "Nothing can be shipped: no shipping method delivers this there and in this currency.",
)

# The code of a message about an address that is taken as it was written.
UNKNOWN_REGION = "unknown_region"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is known of a delivery: whether there is any, and whether a method is offered for it.

    `unavailable` is the title of the method that was chosen until it was not offered any more.
    """

    required: bool = True
    offered: bool = False
    pickup: bool = False
    unavailable: str = ""

    def without_method(self, required: Message) -> list[Message]:
        """Return why no method is chosen: it went, there is none, or else `required`."""
        detail = f"{self.unavailable} is not offered any more for this order and where it goes."
        gone = Message("shipping_method_unavailable", "/shipping_method", detail)
        messages = [gone] if self.unavailable else []
        if not self.offered:
            return [*messages, NO_SHIPPING_METHOD]
        return messages or [required]


def chosen_offer(code: str, offers: Sequence[ShippingOffer]) -> ShippingOffer:
    """Return the offer with this code. Raises `UnknownShippingMethod`."""
    for offer in offers:
        if offer.code == code:
            return offer
    known = ", ".join(offer.code for offer in offers) or "none"
    problem = FieldError("/shipping_method", "unknown_shipping_method", f"Known: {known}.")
    raise UnknownShippingMethod(errors=[problem])
