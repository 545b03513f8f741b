"""How much one has to read: which functions a request can reach, found without running it.

    python -m tests.architecture.reading

Counted as an outside reader did: every branch, from the entry point down, through names,
imports and methods whose name is unique; without frameworks, middleware, the unit of work
and the classes of payment providers; pricing a basket is counted on its own.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

APPS = (
    "accounts", "carts", "catalog", "checkout", "congocart", "core", "embedded", "events",
    "inventory", "invoices", "orders", "payments", "pricing", "staff",
)  # fmt: skip
# The machinery under every request, which a reader of one flow takes as given.
GIVEN = (
    "core.http",
    "core.bodies",
    "core.db",
    "payments.providers.",
    "congocart.db",
    "congocart.api",
)
# What prices depend on and the one function that computes them, which are read on their own.
PRICING = ("pricing.domain", "pricing.models", "pricing.selectors", "pricing.serializers")
# Their methods are called by Django and DRF; one of ours that shares a name is not meant.
CALLED_FROM_OUTSIDE = {"admin", "admin_site", "filters", "forms", "logging", "views"}
FLOWS = {
    "add a line": "carts.views.carts:CartItemViewSet.create",
    "POST /checkouts": "checkout.views.checkouts:CheckoutViewSet.create",
    "complete": "checkout.views.checkouts:CheckoutViewSet.complete",
    "payment webhook": "checkout.webhooks:PaymentWebhookViewSet.receive",
    "refund": "orders.views.orders:OrderViewSet.refund",
    "price a basket": "pricing.domain.quote:price",
    "read what a buyer is priced by": "pricing.selectors.terms:terms_for",
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    name: str
    path: Path
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    # A name in this module: the module it comes from, and its name there ("" for the module).
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    lines: int = 0


class Project:
    """The functions of the apps by `module:qualified name`, and who mentions whom."""

    def __init__(self, root: Path) -> None:
        self.modules: dict[str, Module] = {}
        for app in APPS:
            for path in sorted((root / app).rglob("*.py")):
                if "migrations" not in path.parts:
                    module = _parsed(path, root)
                    self.modules[module.name] = module
        self.methods: dict[str, list[str]] = defaultdict(list)
        for key, _ in self.functions():
            module, _, qualified = key.partition(":")
            if "." in qualified and not CALLED_FROM_OUTSIDE.intersection(module.split(".")):
                self.methods[qualified.rpartition(".")[2]].append(key)

    def functions(self) -> Iterator[tuple[str, Function]]:
        for module in self.modules.values():
            for name, node in module.functions.items():
                yield f"{module.name}:{name}", node

    def resolve(self, module: Module, name: str) -> str | None:
        """Follow `name` through imports to a function, or to a class as `module:Class`."""
        for _ in range(6):
            if name in module.functions or name in module.classes:
                return f"{module.name}:{name}"
            target, original = module.imports.get(name, ("", ""))
            if f"{target}.{original}" in self.modules:
                return f"{target}.{original}"
            if target not in self.modules:
                return None
            if not original:
                return target
            module, name = self.modules[target], original
        return None

    def mentioned(self, key: str) -> set[str]:
        """Return the functions that a function names, those of a class it makes included."""
        name, _, qualified = key.partition(":")
        module, found = self.modules[name], set()
        own_class = qualified.rpartition(".")[0]
        for node in ast.walk(module.functions[qualified]):
            if isinstance(node, ast.Name):
                found.add(self.resolve(module, node.id))
            elif isinstance(node, ast.Attribute):
                found.add(self._attribute(module, node, own_class))
        made = {
            f"{one}.{method}"
            for one in found
            if one and ":" in one and one.split(":")[1] in self.modules[one.split(":")[0]].classes
            for method in ("__init__", "__post_init__")
        }
        known = {k for k in found | made if k and ":" in k}
        return {k for k in known if k.split(":")[1] in self.modules[k.split(":")[0]].functions}

    def _attribute(self, module: Module, node: ast.Attribute, own_class: str) -> str | None:
        if isinstance(node.value, ast.Name):
            if node.value.id == "self" and f"{own_class}.{node.attr}" in module.functions:
                return f"{module.name}:{own_class}.{node.attr}"
            owner = self.resolve(module, node.value.id)
            if owner in self.modules:
                return self.resolve(self.modules[owner], node.attr)
            if owner is not None:
                return f"{owner}.{node.attr}"
        candidates = self.methods.get(node.attr, [])
        return candidates[0] if len(candidates) == 1 else None

    def reached(self, entry: str) -> set[str]:
        """Return everything that `entry` can reach, itself included."""
        seen, todo = set(), [entry]
        given = GIVEN if entry.startswith(PRICING) else (*GIVEN, *PRICING)
        while todo:
            key = todo.pop()
            if key in seen or key.startswith(given):
                continue
            seen.add(key)
            todo += self.mentioned(key)
        return seen

    def used_once(self) -> list[str]:
        """Return the private functions that exactly one place mentions."""
        uses: Counter[tuple[str, str]] = Counter()
        for module in self.modules.values():
            tree = ast.parse(module.path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                if isinstance(node, ast.Name):
                    uses[module.name, node.id] += 1
                elif isinstance(node, ast.Attribute):
                    uses[module.name, node.attr] += 1
        return [key for key in self.private() if uses[_place(key)] == 1]

    def private(self) -> list[str]:
        """Return functions and methods with one leading underscore."""
        names = ((key, _place(key)[1]) for key, _ in self.functions())
        return [key for key, name in names if name.startswith("_") and not name.startswith("__")]


def _place(key: str) -> tuple[str, str]:
    module, _, qualified = key.partition(":")
    return module, qualified.rpartition(".")[2]


def _parsed(path: Path, root: Path) -> Module:
    parts = path.relative_to(root).with_suffix("").parts
    text = path.read_text(encoding="utf-8")
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    module = Module(name, path, lines=len(text.splitlines()))
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module.imports |= {a.asname or a.name: (node.module or "", a.name) for a in node.names}
        elif isinstance(node, ast.Import):
            module.imports |= {a.asname or a.name: (a.name, "") for a in node.names}
    module.classes = {top.name: top for top in tree.body if isinstance(top, ast.ClassDef)}
    module.functions = {top.name: top for top in tree.body if isinstance(top, Function)}
    for owner in module.classes.values():
        own = [inner for inner in owner.body if isinstance(inner, Function)]
        module.functions |= {f"{owner.name}.{inner.name}": inner for inner in own}
    return module


def length_of(function: Function) -> int:
    """Return its lines, without decorators."""
    return (function.end_lineno or 0) - function.lineno + 1


def main(root: Path) -> None:
    """Print the figures of the checkout at `root`."""
    project = Project(root)
    functions = [node for _, node in project.functions()]
    lines = [module.lines for module in project.modules.values()]
    private, once = project.private(), project.used_once()
    print(f"{len(lines)} modules of {sum(lines)} lines, the longest {max(lines)}")  # noqa: T201
    print(f"{len(functions)} functions, the longest {max(map(length_of, functions))}")  # noqa: T201
    print(f"{len(private)} of them private, {len(once)} used once")  # noqa: T201
    for flow, entry in FLOWS.items():
        reached = project.reached(entry)
        files = {key.partition(":")[0] for key in reached}
        print(f"{flow}: {len(files)} files, {len(reached)} functions")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
