"""Mutate the engine of prices and run its tests on each mutant: a survivor is a gap in the tests.

    python bench/mutants.py [--folder FOLDER] [--jobs 2]

Takes half an hour for some 2,300 mutants; `EQUIVALENT` says of those that survive why no price
depends on them. mutmut is installed into an environment of its own that sees this one's packages:
what it needs is nobody else's business. Only the modules and tests below are copied, and no
Django: the engine needs none. Exits with 1 if a mutant survives that
`EQUIVALENT` does not name.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
MUTMUT = "mutmut==3.8.1"
MUTATED = [
    *("actions", "bands", "codes", "combination", "discounts", "eligibility", "ledger"),
    *("price_lists", "quote", "reductions", "selection", "shares", "shipping", "tax_rates"),
    *("tax_timeline", "taxes", "terms", "usage", "vat", "words"),
]
NEEDED = [
    *("core/__init__.py", "core/email_address.py", "core/errors.py", "core/ids.py"),
    *(
        "core/money.py",
        "core/postal.py",
        "pricing/__init__.py",
        "pricing/domain",
        "pricing/errors.py",
    ),
]
TESTS = [
    "tests/pricing.py",
    *("tests/property/test_pricing.py", "tests/property/test_discounts.py"),
    *("tests/property/test_refund_shares.py", "tests/property/test_taxes.py"),
    "tests/unit/pricing/test_actions.py",
    "tests/unit/pricing/test_codes.py",
    "tests/unit/pricing/test_combination.py",
    "tests/unit/pricing/test_eligibility.py",
    "tests/unit/pricing/test_ledger.py",
    "tests/unit/pricing/test_price_lists.py",
    "tests/unit/pricing/test_published_discounts.py",
    "tests/unit/pricing/test_reductions.py",
    "tests/unit/pricing/test_shipping.py",
    "tests/unit/pricing/test_tax_rates.py",
    "tests/unit/pricing/test_tax_timeline.py",
    "tests/unit/pricing/test_taxes.py",
    *("tests/unit/pricing/test_usage.py", "tests/unit/pricing/test_vat_numbers.py"),
    "tests/unit/pricing/test_words.py",
]
# What a mutated line may have, and why it is worth the same.
EQUIVALENT = {
    "strict=None": "both have the same length, of which `strict` only makes sure",
    "strict=False": "both have the same length",
    "zip(wanted, left, )": "both have the same length",
    "zip(shares, parts, )": "both have the same length",
    "zip(rates, of_rates, )": "both have the same length",
    "zip(left, parts, )": "both have the same length",
    "zip(ones, parts, )": "both have the same length",
    "share.taxes, )": "both have the same length",
    "zip(exact, self._rates, )": "both have the same length",
    "zip(wanted, self.taxes, )": "both have the same length",
    "self.amount or 2": "what cost nothing has no taxes either",
    "step = 1 if off <= 0": "there is a step for each that it is off, so none at 0",
    "step = 1 if off < 1": "there is a step for each that it is off, so none at 0",
    "sum((rate.rate for rate in rates), )": "a sum of fractions is the same from 0 on",
    "if (net) or True else 0 for part in self.discounts": "what costs nothing is shared whole",
    "if net else 1 for part in self.discounts": "what costs nothing is shared whole",
    "len(valid) >= MAX_VAT_NUMBER": "no number has as many characters",
    "{at_home, *abroad} < VAT_AREA": "three of them are never all of them",
    "zip(selection.items, left, )": "both have the same length",
    "zip(_wanted(candidate, rests), rests, )": "both have the same length",
    "zip(names, map(sub, rests, taken), )": "both have the same length",
    "off_whole(_of_step(highest, AmountOff), None, left)": "a step does not depend on the items",
    "off = [1] * len(left)": "each of them is set, in another order",
    "(off if off <= rest else rest)": "it is the same amount if they are equal",
    "zip(self._places, names, )": "both have the same length",
    'or "XXXX")': "no promotion has such an id",
    "off_whole(action, None, left[None])": "what is off shipping does not depend on the items",
    "rejected.missing or 1": "only reasons with something missing say it",
    "zip(found, modes, )": "both have the same length",
    "zip(parts, others, )": "both have the same length",
    "zip(charges.items(), parts, )": "both have the same length",
    "if amount <= worth": "the case of both being equal has been returned before",
    "text[: 5 * MAX_CODE_LENGTH]": "a text that long is refused, whatever is looked at of it",
    '"XXLMNPXX"': "no category of characters begins with X",
    '"XXLNXX"': "no category of characters begins with X",
    'last: int | None = ""': "of the first number of units the last price does not matter",
    "rate.line > 1": "the first line of a file has the names of its columns",
    "usedforsecurity=None": "it is the same digest, which protects nothing",
    'customer_key}".encode(), )': "it is the same digest, which protects nothing",
    "usedforsecurity=True": "it is the same digest, which protects nothing",
    "return 1": "a flat price holds from 0 on, so that what is measured does not matter",
    "{one.country, other.country} < EU_COUNTRIES": "two of them are never all of them",
}
SETTINGS = """
[mutmut]
paths_to_mutate={mutated}
tests_dir=tests/
also_copy=
    core
    pricing
"""
PYTEST = '''
[tool.pytest.ini_options]
addopts = """
  -p no:django -p no:xdist -p no:cacheprovider -p no:schemathesis
  --import-mode=importlib --hypothesis-profile=ci
"""
pythonpath = ["."]
'''


def prepare(folder: Path) -> Path:
    """Copy what is mutated and tested, install mutmut beside it, and return its command."""
    for name in (*NEEDED, *TESTS):
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    mutated = "\n    ".join(f"pricing/domain/{name}.py" for name in MUTATED)
    (folder / "setup.cfg").write_text(SETTINGS.format(mutated=mutated), encoding="utf-8")
    (folder / "pyproject.toml").write_text(PYTEST, encoding="utf-8")
    environment = folder / "environment"
    venv.create(environment, with_pip=True)
    [packages] = environment.glob("lib/python*/site-packages")
    (packages / "ours.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    subprocess.run([environment / "bin" / "pip", "install", "-q", MUTMUT], check=True)
    return environment / "bin" / "mutmut"


def survivors(mutmut: Path, folder: Path) -> dict[str, str]:
    """Return the diff of each mutant that no test has found."""

    def output(*arguments: str) -> str:
        command = [str(mutmut), *arguments]
        return subprocess.run(
            command, cwd=folder, check=True, capture_output=True, text=True
        ).stdout

    names = re.findall(r"^\s*(\S+): (?:survived|no tests)$", output("results"), re.MULTILINE)
    return {name: output("show", name) for name in names}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--jobs", default="2")
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="congocart-mutants-"))
    mutmut = prepare(folder)
    subprocess.run([mutmut, "run", "--max-children", arguments.jobs], cwd=folder, check=False)
    unexplained = 0
    for name, diff in survivors(mutmut, folder).items():
        changed = "\n".join(re.findall(r"^[-+] .*$", diff, re.MULTILINE))
        mutated = "\n".join(re.findall(r"^\+ .*$", diff, re.MULTILINE))
        reasons = [why for part, why in EQUIVALENT.items() if part in mutated]
        unexplained += not reasons
        print(f"{name}: {reasons[0] if reasons else 'SURVIVED'}\n{changed}\n")
    print(f"{unexplained} mutants survive without a reason; all is in {folder}")
    return min(unexplained, 1)


if __name__ == "__main__":
    sys.exit(main())
