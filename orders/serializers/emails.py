"""Which e-mail is sent again."""

from __future__ import annotations

from core.http.fields import Input, StrictChoiceField
from orders.mails import OrderMail


class OrderEmailInput(Input):
    """An e-mail to the buyer, by what it tells of."""

    examples = {"type": "placed"}

    type = StrictChoiceField(choices=[mail.value for mail in OrderMail])
