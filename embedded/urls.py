from __future__ import annotations

from django.urls import path

from embedded.emails import emails_page
from embedded.first_steps import (
    confirm_email_change_page,
    reset_password_page,
    test_payment_page,
    verify_email_page,
)

urlpatterns = [
    # Where mailed links lead as long as no storefront is named: `accounts.emails.PAGES`.
    path("verify-email", verify_email_page),
    path("reset-password", reset_password_page),
    path("confirm-email-change", confirm_email_change_page),
    # What the provider `test` asks its buyers to do: `payments.providers.test.PAGE`.
    path("dev/payments/<uuid:payment_id>", test_payment_page),
    path("dev/emails", emails_page),
    path("dev/emails/<slug:name>", emails_page, name="development_email"),
]
