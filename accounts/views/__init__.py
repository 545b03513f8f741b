"""The views of accounts."""

from __future__ import annotations

from accounts.views.addresses import AddressViewSet
from accounts.views.auth import AuthViewSet
from accounts.views.customer_groups import CustomerGroupViewSet
from accounts.views.invitations import AcceptInvitationViewSet, StaffInvitationViewSet
from accounts.views.jwks import JwksViewSet
from accounts.views.me import MeViewSet, SessionViewSet
from accounts.views.mfa import MfaViewSet
from accounts.views.recovery import CredentialsViewSet, RecoveryViewSet

__all__ = [
    "AcceptInvitationViewSet",
    "AddressViewSet",
    "AuthViewSet",
    "CredentialsViewSet",
    "CustomerGroupViewSet",
    "JwksViewSet",
    "MeViewSet",
    "MfaViewSet",
    "RecoveryViewSet",
    "SessionViewSet",
    "StaffInvitationViewSet",
]
