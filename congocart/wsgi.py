"""The WSGI application that the server's workers run."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "congocart.settings")

_django = get_wsgi_application()

from django.conf import settings  # noqa: E402

from core.http.request_bodies import with_length  # noqa: E402

application = with_length(_django, settings.MAX_BODY_BYTES)
