"""Date and time formats of the admin, for Django's `FORMAT_MODULE_PATH`."""

from __future__ import annotations

DATETIME_FORMAT = "j M Y, H:i"
DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
