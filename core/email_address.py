"""E-mail addresses in the one form in which they are stored and compared."""

from __future__ import annotations

import idna

# What is told of an address whose part before the @ has others.
ASCII_ONLY = "Letters beyond ASCII before the @ are not supported."


def normalize_email(email: str) -> str:
    """Return an e-mail address in lower case, with its domain as mail servers are asked for it.

    A domain of other letters becomes its A-label (IDNA 2008, mapped by UTS 46). What is beyond
    ASCII after that, as before the @ (RFC 6531), is for the caller to refuse; it keeps its case,
    because some of those letters have an ASCII one for their lower case.
    """
    local, at, domain = email.strip().rpartition("@")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError:
            return email.strip()
    return f"{local.lower() if local.isascii() else local}{at}{domain.lower()}"
