"""Groups of customers, for those who make prices for them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts import services
from accounts.access import MANAGER
from accounts.domain import CustomerGroupNotFound
from accounts.models import CustomerGroup
from accounts.serializers.customer_groups import (
    CustomerGroupInput,
    CustomerGroupOutput,
    customer_group_body,
)
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.pagination import Ordering, paginate

TAG = "Customer groups"
BY_CODE = Ordering("code", (("code", False, str),))


class CustomerGroupViewSet(ViewSet):
    """Groups of customers and their members."""

    @operation(
        "listCustomerGroups",
        "List the groups of customers",
        access=MANAGER,
        responses={200: CustomerGroupOutput},
        paginated=True,
        tag=TAG,
    )
    def list(self, request: Request) -> Response:
        page = paginate(request, CustomerGroup.objects.all(), BY_CODE)
        return Response(page.body(customer_group_body))

    @operation(
        "createCustomerGroup",
        "Create a group of customers",
        access=MANAGER,
        request=CustomerGroupInput,
        responses={201: CustomerGroupOutput},
        errors=services.CREATE_CUSTOMER_GROUP_ERRORS,
        tag=TAG,
    )
    def create(self, request: Request) -> HttpResponse:
        values = validated(CustomerGroupInput, request)
        return write(
            request,
            lambda: services.create_customer_group(**values),
            lambda group: ApiResponse(201, customer_group_body(group)),
        )

    @operation(
        "deleteCustomerGroup",
        "Delete a group of customers",
        access=MANAGER,
        responses={204: None},
        errors=[CustomerGroupNotFound],
        tag=TAG,
        description="Price lists and promotions that name it are then for nobody.",
    )
    def destroy(self, request: Request, group_code: str) -> HttpResponse:
        return write(
            request,
            lambda: services.delete_customer_group(code=group_code),
            lambda _: ApiResponse(204),
        )

    @operation(
        "addToCustomerGroup",
        "Put a user into a group",
        access=MANAGER,
        responses={204: None},
        errors=services.CHANGE_MEMBERS_ERRORS,
        tag=TAG,
    )
    def add_member(self, request: Request, group_code: str, user_id: UUID) -> HttpResponse:
        return write(
            request,
            lambda: services.add_to_customer_group(code=group_code, user_id=user_id),
            lambda _: ApiResponse(204),
        )

    @operation(
        "removeFromCustomerGroup",
        "Take a user out of a group",
        access=MANAGER,
        responses={204: None},
        errors=[CustomerGroupNotFound],
        tag=TAG,
    )
    def remove_member(self, request: Request, group_code: str, user_id: UUID) -> HttpResponse:
        return write(
            request,
            lambda: services.remove_from_customer_group(code=group_code, user_id=user_id),
            lambda _: ApiResponse(204),
        )
