"""What the tests ran with is what is shipped: one version of each package, on one Python."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[2]
METADATA = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]


def direct(requirements: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def locked(file: str) -> dict[str, set[str]]:
    """The versions of each package, whatever the Python or the platform that they are for."""
    versions: dict[str, set[str]] = {}
    lines = (PROJECT / "requirements" / file).read_text()
    for name, version in re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", lines, re.MULTILINE):
        versions.setdefault(canonicalize_name(name), set()).add(version)
    return versions


@pytest.mark.parametrize("file", ["production.txt", "development.txt"])
def test_a_direct_dependency_has_one_version_on_every_python(file: str) -> None:
    names = direct(METADATA["dependencies"])
    if file == "development.txt":
        names |= direct(METADATA["optional-dependencies"]["dev"])
    versions = locked(file)

    assert names <= versions.keys()
    assert {name: versions[name] for name in names if len(versions[name]) > 1} == {}


def test_both_stages_of_the_image_have_the_same_python_and_it_is_supported() -> None:
    stages = re.findall(r"^FROM (\S+)", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)

    assert len(stages) == 2
    assert len(set(stages)) == 1
    found = re.fullmatch(r"python:(\d+\.\d+)-slim", stages[0])
    assert found
    assert found[1] in SpecifierSet(METADATA["requires-python"])
