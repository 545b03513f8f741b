"""Draft orders over HTTP."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from accounts.access import SUPPORT
from checkout import services
from checkout.errors import DraftNotFound
from checkout.links import sent_for
from checkout.selectors import DraftView, draft_for, drafts
from checkout.serializers.completions import CompletionOutput, completion_body
from checkout.serializers.drafts import (
    DraftChangeInput,
    DraftInput,
    DraftOutput,
    DraftSummaryOutput,
    DraftTotalInput,
    draft_body,
    draft_changes_from,
    draft_summary_body,
)
from core.http.callers import caller_of
from core.http.fields import validated
from core.http.idempotency import ApiResponse, write
from core.http.operations import operation
from core.http.pagination import Ordering, paginate
from core.http.serializers import money_from
from core.http.throttling import require_quota
from core.http.versions import etag, expected_versions, versioned_read

TAG = "Draft orders"
NEWEST_FIRST = Ordering("newest", (("checkout_id", True, UUID),))


class DraftOrderViewSet(ViewSet):
    """Orders that staff make for a buyer who calls or writes."""

    @operation(
        "listDraftOrders",
        "List the draft orders",
        access=SUPPORT,
        scope="drafts:read",
        personal=True,
        responses={200: DraftSummaryOutput},
        paginated=True,
        tag=TAG,
        description="Those that became orders, too.",
    )
    def list(self, request: Request) -> Response:
        now = timezone.now()
        page = paginate(request, drafts(), NEWEST_FIRST)
        return Response(page.body(lambda draft: draft_summary_body(draft, now)))

    @operation(
        "createDraftOrder",
        "Make a draft order",
        access=SUPPORT,
        scope="drafts:write",
        personal=True,
        request=DraftInput,
        responses={201: DraftOutput},
        errors=services.CREATE_DRAFT_ERRORS,
        tag=TAG,
        description="Priced as a checkout is. It holds no units and freezes no prices before it is "
        "sent or completed.",
    )
    def create(self, request: Request) -> HttpResponse:
        data = validated(DraftInput, request)
        changes = draft_changes_from(data)
        return write(
            request,
            lambda: services.create_draft(
                caller=caller_of(request),
                customer_id=data.get("customer"),
                currency=data.get("currency"),
                changes=changes,
                now=timezone.now(),
            ),
            lambda found: _response(found, 201),
        )

    @operation(
        "getDraftOrder",
        "Read a draft order",
        access=SUPPORT,
        scope="drafts:read",
        personal=True,
        responses={200: DraftOutput},
        errors=[DraftNotFound],
        versioned=True,
        tag=TAG,
    )
    def retrieve(self, request: Request, draft_id: UUID) -> HttpResponse:
        found = draft_for(draft_id, now=timezone.now())
        return versioned_read(request, found.view.checkout.version, lambda: draft_body(found))

    @operation(
        "changeDraftOrder",
        "Change a draft order",
        access=SUPPORT,
        scope="drafts:write",
        personal=True,
        request=DraftChangeInput,
        responses={200: DraftOutput},
        errors=services.CHANGE_DRAFT_ERRORS,
        versioned=True,
        tag=TAG,
        description="Prices it anew, too; once it is sent, a line that stays keeps its price.",
    )
    def partial_update(self, request: Request, draft_id: UUID) -> HttpResponse:
        changes = draft_changes_from(validated(DraftChangeInput, request))
        return write(
            request,
            lambda: services.change_draft(
                caller=caller_of(request),
                draft_id=draft_id,
                changes=changes,
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _response,
        )

    @operation(
        "sendDraftOrder",
        "Send a draft order to its buyer",
        access=SUPPORT,
        scope="drafts:write",
        personal=True,
        request=DraftTotalInput,
        responses={200: DraftOutput},
        errors=services.SEND_DRAFT_ERRORS,
        versioned=True,
        tag=TAG,
        description="Holds prices and units as a checkout does, for `CONGOCART_DRAFT_DAYS`, and "
        "mails a link by which the buyer completes it. Sending again mails the link again, a few "
        "times an hour at most.",
    )
    def send(self, request: Request, draft_id: UUID) -> HttpResponse:
        data = validated(DraftTotalInput, request)

        def send() -> DraftView:
            require_quota("mail", sent_for(draft_id))
            return services.send_draft(
                caller=caller_of(request),
                draft_id=draft_id,
                expected_total=money_from(data.get("expected_total")),
                expected_versions=expected_versions(request),
                now=timezone.now(),
            )

        return write(request, send, _response)

    @operation(
        "completeDraftOrder",
        "Place a draft order on invoice",
        access=SUPPORT,
        scope="drafts:write",
        request=DraftTotalInput,
        responses={201: CompletionOutput, 200: CompletionOutput},
        errors=services.COMPLETE_DRAFT_ERRORS,
        versioned=True,
        tag=TAG,
        description="The payment, with the provider `manual`, is pending. Completing again "
        "returns 200 with the same order.",
    )
    def complete(self, request: Request, draft_id: UUID) -> HttpResponse:
        data = validated(DraftTotalInput, request)
        return write(
            request,
            lambda: services.complete_draft(
                caller=caller_of(request),
                draft_id=draft_id,
                expected_total=money_from(data.get("expected_total")),
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            lambda done: ApiResponse(200 if done.repeated else 201, completion_body(done)),
        )

    @operation(
        "cancelDraftOrder",
        "Cancel a draft order",
        access=SUPPORT,
        scope="drafts:write",
        personal=True,
        responses={200: DraftOutput},
        errors=services.CANCEL_DRAFT_ERRORS,
        versioned=True,
        tag=TAG,
        description="Its link no longer works. Canceling again changes nothing.",
    )
    def cancel(self, request: Request, draft_id: UUID) -> HttpResponse:
        return write(
            request,
            lambda: services.cancel_draft(
                draft_id=draft_id,
                expected_versions=expected_versions(request),
                now=timezone.now(),
            ),
            _response,
        )


def _response(found: DraftView, status: int = 200) -> ApiResponse:
    return ApiResponse(status, draft_body(found), {"ETag": etag(found.view.checkout.version)})
