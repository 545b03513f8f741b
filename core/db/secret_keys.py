"""Whether this process has the SECRET_KEY of its shop.

Processes with different ones would withdraw each other's signing keys and not recognize each
other's answers. So the database holds a fingerprint of the key, derived from it as encryption
keys are (HKDF, RFC 5869): nothing of a random key can be learned from it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from core.db.models import SharedSecretKey
from core.encryption import key_for

NOT_OURS = "SECRET_KEY is not the one that this shop runs with."

_fingerprint = key_for("fingerprint of SECRET_KEY")

_RECORD = """
INSERT INTO db_sharedsecretkey AS recorded (id, fingerprint) VALUES (1, %(ours)s)
ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint
WHERE %(replace)s OR recorded.fingerprint = ANY(%(readable)s)
"""


def record_secret_key(*, replace: bool = False) -> bool:
    """Record SECRET_KEY as the shop's; return False, and change nothing, if it is another's.

    It is not another's if none is recorded yet, or one that is among our fallbacks: that is
    how a key is rotated. `replace` takes it in any case.
    """
    readable = _readable()
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, {"ours": readable[0], "readable": readable, "replace": replace})
        return bool(cursor.rowcount == 1)


def shares_secret_key() -> bool:
    """Tell whether SECRET_KEY or a fallback is the shop's, or no process has recorded one yet."""
    recorded = SharedSecretKey.objects.values_list("fingerprint", flat=True).first()
    return recorded is None or recorded in _readable()


def _readable() -> list[str]:
    """Return the fingerprints of the keys with which we can read, ours first."""
    return [
        _fingerprint(secret).hex()
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
