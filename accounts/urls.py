"""Routes of accounts."""

from __future__ import annotations

from django.urls import path

from accounts.views import (
    AcceptInvitationViewSet,
    AddressViewSet,
    AuthViewSet,
    CredentialsViewSet,
    CustomerGroupViewSet,
    JwksViewSet,
    MeViewSet,
    MfaViewSet,
    RecoveryViewSet,
    SessionViewSet,
    StaffInvitationViewSet,
)

urlpatterns = [
    path("customer-groups", CustomerGroupViewSet.as_view({"get": "list", "post": "create"})),
    path("customer-groups/<str:group_code>", CustomerGroupViewSet.as_view({"delete": "destroy"})),
    path(
        "customer-groups/<str:group_code>/members/<uuid:user_id>",
        CustomerGroupViewSet.as_view({"put": "add_member", "delete": "remove_member"}),
    ),
    path("staff/invitations", StaffInvitationViewSet.as_view({"get": "list", "post": "create"})),
    path("staff/invitations/accept", AcceptInvitationViewSet.as_view({"post": "accept"})),
    path(
        "staff/invitations/<uuid:invitation_id>",
        StaffInvitationViewSet.as_view({"delete": "destroy"}),
    ),
    path("auth/register", AuthViewSet.as_view({"post": "register"})),
    path("auth/token", AuthViewSet.as_view({"post": "token"})),
    path("auth/token/refresh", AuthViewSet.as_view({"post": "refresh"})),
    path("auth/logout", AuthViewSet.as_view({"post": "logout"})),
    path("auth/email/verify", RecoveryViewSet.as_view({"post": "verify_email"})),
    path("auth/email/change", RecoveryViewSet.as_view({"post": "confirm_email_change"})),
    path("auth/password/forgot", RecoveryViewSet.as_view({"post": "forgot_password"})),
    path("auth/password/reset", RecoveryViewSet.as_view({"post": "reset_password"})),
    path("auth/password/change", CredentialsViewSet.as_view({"post": "change_password"})),
    path("me/email", CredentialsViewSet.as_view({"post": "change_email"})),
    path("me/email/verification", CredentialsViewSet.as_view({"post": "request_verification"})),
    path(
        "me", MeViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})
    ),
    path("me/erase", MeViewSet.as_view({"post": "erase"})),
    path("me/export", MeViewSet.as_view({"get": "export"})),
    path("me/addresses", AddressViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "me/addresses/<uuid:address_id>",
        AddressViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
    ),
    path("me/mfa", MfaViewSet.as_view({"post": "create", "delete": "destroy"})),
    path("me/mfa/disable", MfaViewSet.as_view({"post": "disable"})),
    path("me/mfa/confirm", MfaViewSet.as_view({"post": "confirm"})),
    path("me/sessions", SessionViewSet.as_view({"get": "list", "delete": "destroy_all"})),
    path("me/sessions/<uuid:session_id>", SessionViewSet.as_view({"delete": "destroy"})),
]

jwks_urlpatterns = [path(".well-known/jwks.json", JwksViewSet.as_view({"get": "retrieve"}))]
