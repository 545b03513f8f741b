"""The caller's address book."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts import services
from accounts.access import ACCOUNT
from accounts.authentication import user_of
from accounts.domain import AddressBookFull, AddressNotFound
from accounts.models import SavedAddress
from accounts.selectors import address_for, addresses_of
from accounts.serializers.profile import (
    SavedAddressChangesInput,
    SavedAddressInput,
    SavedAddressOutput,
    saved_address_body,
)
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.pagination import Ordering, paginate
from core.http.serializers import address_from

TAG = "Accounts"
NEWEST_FIRST = Ordering("newest", (("id", True, UUID),))


class AddressViewSet(ViewSet):
    """Addresses to choose from at checkout."""

    @operation(
        "listAddresses",
        "List your addresses",
        access=ACCOUNT,
        responses={200: SavedAddressOutput(many=True)},
        paginated=True,
        tag=TAG,
    )
    def list(self, request: Request) -> Response:
        page = paginate(request, addresses_of(user_of(request).pk), NEWEST_FIRST)
        return Response(page.body(saved_address_body))

    @operation(
        "createAddress",
        "Add an address",
        access=ACCOUNT,
        request=SavedAddressInput,
        responses={201: SavedAddressOutput},
        errors=[AddressBookFull],
        tag=TAG,
        description="The first one becomes the default for shipping and for billing.",
    )
    def create(self, request: Request) -> HttpResponse:
        values = validated(SavedAddressInput, request)
        user_id = user_of(request).pk
        address = address_from(values)

        def save() -> SavedAddress:
            return services.save_address(
                user_id=user_id,
                address=address,
                default_shipping=values.get("default_shipping", False),
                default_billing=values.get("default_billing", False),
            )

        return write(request, save, lambda saved: ApiResponse(201, saved_address_body(saved)))

    @operation(
        "getAddress",
        "Read an address",
        access=ACCOUNT,
        responses={200: SavedAddressOutput},
        errors=[AddressNotFound],
        tag=TAG,
    )
    def retrieve(self, request: Request, address_id: UUID) -> Response:
        saved = address_for(user_id=user_of(request).pk, address_id=address_id)
        return Response(saved_address_body(saved))

    @operation(
        "updateAddress",
        "Change an address",
        access=ACCOUNT,
        request=SavedAddressChangesInput,
        responses={200: SavedAddressOutput},
        errors=[AddressNotFound],
        tag=TAG,
    )
    def partial_update(self, request: Request, address_id: UUID) -> HttpResponse:
        changes = validated(SavedAddressChangesInput, request)
        user_id = user_of(request).pk
        return write(
            request,
            lambda: services.change_address(
                user_id=user_id, address_id=address_id, changes=changes
            ),
            lambda saved: ApiResponse(200, saved_address_body(saved)),
        )

    @operation(
        "deleteAddress",
        "Remove an address",
        access=ACCOUNT,
        responses={204: None},
        errors=[AddressNotFound],
        tag=TAG,
    )
    def destroy(self, request: Request, address_id: UUID) -> HttpResponse:
        user_id = user_of(request).pk
        return write(
            request,
            lambda: services.remove_address(user_id=user_id, address_id=address_id),
            lambda _: ApiResponse(204),
        )
