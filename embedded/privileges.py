"""Running PostgreSQL, which refuses to be root, when we are root.

PostgreSQL then runs as an account that exists everywhere and owns its data.
The clone may lie below a directory that this account cannot enter (`/root`, or
one made by `mktemp -d`). Opening such a directory to everyone is not ours to
do, so the process keeps one capability, CAP_DAC_OVERRIDE, of all that root has.
Why this and not the alternatives: docs/adr/0011-postgres-as-root.md.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import struct
import sys
from collections.abc import Callable

_ACCOUNTS = ("postgres", "nobody")

# <linux/prctl.h>, <linux/securebits.h>, <linux/capability.h>
_PR_SET_SECUREBITS = 28
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE = 1


def account_for_database() -> pwd.struct_passwd | None:
    """Return the account that PostgreSQL is to run as, or None for our own: we are not root.

    Raises `LookupError` when the machine has none of the usual accounts.
    """
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise LookupError(f"none of the accounts {', '.join(_ACCOUNTS)} exists")


def become(account: pwd.struct_passwd) -> Callable[[], None]:
    """Return what a child of root calls before it execs, to be `account` from then on."""

    def switch() -> None:
        with contextlib.suppress(OSError):
            # Capabilities survive setuid. It also makes access(2) respect them, and
            # PostgreSQL checks its own path with that.
            _prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP)
        os.setgroups([])
        os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
        os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)
        # A container may not have the capability to give. Then the folders have to be
        # open to the account, and PostgreSQL says so when they are not.
        with contextlib.suppress(OSError):
            _keep_only_dac_override()

    return switch


def _keep_only_dac_override() -> None:
    """Drop every capability but one; drop that one too, and raise OSError, if it is refused."""
    if sys.platform != "linux":
        return
    bit = 1 << _CAP_DAC_OVERRIDE
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    low_and_high_words = struct.pack("IIIIII", bit, bit, bit, 0, 0, 0)
    if _libc().capset(header, low_and_high_words) != 0:
        reason = ctypes.get_errno()
        _libc().capset(struct.pack("Ii", _CAPABILITY_VERSION_3, 0), bytes(24))
        raise OSError(reason, "capset")
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE)


def _prctl(option: int, first: int, second: int = 0) -> None:
    if sys.platform == "linux" and _libc().prctl(option, first, second, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
