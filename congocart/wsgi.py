"""Django's WSGI application, which `congocart.asgi` and the development server call."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "congocart.settings")

application = get_wsgi_application()
