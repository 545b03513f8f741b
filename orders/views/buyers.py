"""What buyers do about an order by themselves: find it again, and withdraw from it."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from accounts.access import ANYONE
from accounts.mail_quota import may_mail
from core.http.callers import caller_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import Auth, operation
from core.http.serializers import item_requests_from
from core.items import units_by_sku
from orders import services
from orders.serializers import (
    LookupInput,
    OrderWithdrawalInput,
    OrderWithdrawalOutput,
    withdrawal_body,
)


class OrderLookupViewSet(ViewSet):
    """Orders of people who have lost what proves them."""

    authentication_classes = []
    rate_group = "auth"

    @operation(
        "lookUpOrder",
        "Ask for a link that opens an order",
        access=ANYONE,
        request=LookupInput,
        responses={202: None},
        tag="Orders",
        description="The response is the same whether or not the number and the e-mail address "
        "belong together. Send the `token` of the link as `Order-Token`; it is good for some days "
        "and for this order alone.",
    )
    def create(self, request: Request) -> HttpResponse:
        values = validated(LookupInput, request)
        # Past the limit nothing is sent; saying so would tell strangers how often others asked.
        sends = may_mail(request, values["email"])
        return write(
            request,
            lambda: services.look_up_order(**values) if sends else None,
            lambda _: ApiResponse(202),
        )


class WithdrawalViewSet(ViewSet):
    """The buyer's right to withdraw from a purchase."""

    @operation(
        "withdrawFromOrder",
        "Withdraw from a purchase",
        access=services.WITHDRAW_ACCESS,
        auth=Auth.ORDER_OWNER,
        scope="orders:write",
        personal=True,
        request=OrderWithdrawalInput,
        responses={200: OrderWithdrawalOutput},
        errors=services.WITHDRAW_ERRORS,
        tag="Orders",
        description="In two steps (Directive 2011/83/EU, Article 11a): without `confirm` the "
        "answer says what would happen, for the buyer to check; with it the withdrawal is done and "
        "acknowledged by e-mail. What was not sent is canceled or refunded at once; what was sent "
        "comes back by a return that is approved already.",
    )
    def create(self, request: Request, number: str) -> HttpResponse:
        data = validated(OrderWithdrawalInput, request)
        step = services.withdraw if data.get("confirm") else services.preview_withdrawal
        return write(
            request,
            lambda: step(
                caller=caller_of(request),
                number=number,
                items=units_by_sku(item_requests_from(data.get("items", []))),
                now=timezone.now(),
            ),
            lambda withdrawal: ApiResponse(200, withdrawal_body(withdrawal)),
        )
