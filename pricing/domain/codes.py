"""The codes that ask for a promotion: how they are written, compared and made up."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pricing.domain.basket import EnteredCode
from pricing.errors import CodeNotFound, InvalidCode, TooManyCodes

MAX_CODE_LENGTH = 64
MAX_CODES = 20
# Without the letters and digits that people mishear or misread; 13 of them are 63 random bits.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS = (4, 4, 5)
# Beside letters, digits and the marks on them: punctuation, and what prices are written with.
_SIGNS = "$+€£"
_SLASHES = {"/", "\\"}


def clean_code(text: str) -> str:
    """Return a code as it is shown: trimmed, each character in its usual width (NFKC).

    Raises `InvalidCode` for one that is empty or too long, or has spaces, slashes (it is a part
    of a path), emoji or what cannot be seen.
    """
    code = unicodedata.normalize("NFKC", text[: 4 * MAX_CODE_LENGTH]).strip()
    if not 1 <= len(code) <= MAX_CODE_LENGTH or len(text) > 4 * MAX_CODE_LENGTH:
        raise InvalidCode
    kinds = {character: unicodedata.category(character)[0] for character in code}
    if not all(kind in "LMNP" or sign in _SIGNS for sign, kind in kinds.items()):
        raise InvalidCode
    if not any(kind in "LN" for kind in kinds.values()) or kinds.keys() & _SLASHES:
        raise InvalidCode
    return code


def code_key(code: str) -> str:
    """Return what two spellings of one code have in common: case does not matter."""
    return unicodedata.normalize("NFKC", code.casefold())


def new_codes(count: int, prefix: str = "") -> Iterator[str]:
    """Yield different codes that nobody can guess, after `prefix` and a dash if there is one."""
    made: set[str] = set()
    while len(made) < count:
        letters = iter([secrets.choice(_ALPHABET) for _ in range(sum(_GROUPS))])
        groups = ["".join(next(letters) for _ in range(size)) for size in _GROUPS]
        code = "-".join([*([prefix] if prefix else []), *groups])
        if code not in made:
            made.add(code)
            yield code


def with_code(codes: Sequence[str], code: str) -> list[str]:
    """Return `codes` and `code`, which counts once however it is spelled. Raises `TooManyCodes`."""
    if code_key(code) in map(code_key, codes):
        return list(codes)
    if len(codes) >= MAX_CODES:
        raise TooManyCodes
    return [*codes, code]


def without_code(codes: Sequence[str], code: str) -> list[str]:
    """Return `codes` without `code`. Raises `CodeNotFound` when it is not among them."""
    left = [other for other in codes if code_key(other) != code_key(code)]
    if len(left) == len(codes):
        raise CodeNotFound
    return left


def joined_codes(own: Sequence[str], arriving: Sequence[str]) -> list[str]:
    """Return the codes of both, each once, those of `own` first; beyond `MAX_CODES` none."""
    by_key = {code_key(code): code for code in [*arriving, *own]}
    keys = dict.fromkeys(map(code_key, [*own, *arriving]))
    return [by_key[key] for key in keys][:MAX_CODES]


@dataclass(frozen=True, slots=True)
class KnownCode:
    """A code as it was entered, and what it stands for; nothing when the shop does not know it.

    `usage_limit` is how often this one code can be used, None for any number of times.
    """

    code: str
    id: UUID | None = None
    promotion_id: UUID | None = None
    usage_limit: int | None = None

    @property
    def entered(self) -> EnteredCode:
        """The code as a basket has it."""
        return EnteredCode(self.code, str(self.promotion_id) if self.promotion_id else None)


def known_codes(codes: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> list[KnownCode]:
    """Return `codes` with what `rows`, JSON by the names of their columns, say of them."""
    by_key = {row["key"]: row for row in rows}
    return [
        KnownCode(code, UUID(row["id"]), UUID(row["promotion_id"]), row["usage_limit"])
        if (row := by_key.get(code_key(code)))
        else KnownCode(code)
        for code in codes
    ]


def customer_key(*, customer_id: UUID | None, email: str) -> str:
    """Return who a limit for each customer counts: the account, or a guest's e-mail address.

    Of the address a digest, so that no one is read off a redemption; empty while neither is
    known. `email` is as `normalize_email` returns it: in lower case, because no mail server in
    use tells `Ada@` from `ada@` (RFC 5321 would let it), and with its dots and tags, because
    only the server knows whether they make another mailbox, and often they do: two people are
    never counted as one.
    """
    if customer_id is None and not email:
        return ""
    name = f"account:{customer_id}" if customer_id else f"email:{email}"
    return hashlib.sha256(name.encode()).hexdigest()
