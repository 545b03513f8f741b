from __future__ import annotations

from django.urls import path

from embedded.emails import emails_page

urlpatterns = [
    path("dev/emails", emails_page),
    path("dev/emails/<slug:name>", emails_page, name="development_email"),
]
