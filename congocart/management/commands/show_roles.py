"""`manage.py show_roles`: who may do what, as docs/roles.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.domain import Role
from core.access import Access
from core.http.operations import all_operations

# Each kind of caller, and the roles of its credentials; an anonymous one has none.
CALLERS: dict[str, frozenset[str] | None] = {
    "anonymous": None,
    **{role.value: frozenset({Role.CUSTOMER.value, role.value}) for role in Role},
}


class Command(BaseCommand):
    """Print the page."""

    help = "Prints docs/roles.md: every operation, who may call it, and the scopes of API keys."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write Markdown to standard output."""
        self.stdout.write(as_markdown(), ending="")


def as_markdown() -> str:
    """Return docs/roles.md, made from what the operations and the settings declare."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    operations = list(all_operations())
    yield from (
        "# Who may do what",
        "",
        "Rendered by `manage.py show_roles` from what each operation declares. A dot is a 401 or",
        "403; `own` means that the operation serves what the caller owns, with 404 for the",
        "rest, or 403 when the caller may read it.",
        "",
        f"| operation | {' | '.join(CALLERS)} |",
        "|---|" + "---|" * len(CALLERS),
    )
    for operation in operations:
        cells = (_cell(operation.access, roles) for roles in CALLERS.values())
        yield f"| `{operation.id}` | {' | '.join(cells)} |"
    yield from ("", "## Scopes of API keys", "")
    scopes: dict[str, list[str]] = {}
    for operation in operations:
        if operation.scope:
            scopes.setdefault(operation.scope, []).append(operation.id)
    for scope, names in sorted(scopes.items()):
        yield f"- `{scope}`: {_named(names)}"
    yield from ("", "## Recorded when staff call them, because they show personal data", "")
    yield _named(operation.id for operation in operations if operation.personal)
    yield from ("", "## In the admin site", "")
    for role, permissions in settings.ADMIN_PERMISSIONS.items():
        yield f"- {role}: {_named(sorted(permissions)) or 'nothing'}"


def _cell(access: Access, roles: frozenset[str] | None) -> str:
    if not access.admits(roles):
        return "·"
    return "own" if access.own and not access.covers_others(roles or frozenset()) else "yes"


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
