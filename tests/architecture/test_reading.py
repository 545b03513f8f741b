"""The code stays as easy to read as it has become; `reading.py` prints the figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.reading import FLOWS, Project, length_of

# The most functions that a reader of a flow may meet, in all its branches.
MOST = {
    "add a line": 30,
    "POST /checkouts": 126,
    "complete": 135,
    "payment webhook": 118,
    "refund": 111,
    "price a basket": 68,
    "read what a buyer is priced by": 22,
}


@pytest.fixture(scope="module")
def project() -> Project:
    return Project(Path(__file__).parents[2])


@pytest.mark.parametrize("flow", FLOWS)
def test_a_flow_passes_few_functions(project: Project, flow: str) -> None:
    assert len(project.reached(FLOWS[flow])) <= MOST[flow]


def test_few_private_functions_are_used_once(project: Project) -> None:
    assert len(project.used_once()) * 10 <= len(list(project.functions()))


def test_functions_and_modules_are_short(project: Project) -> None:
    assert [key for key, node in project.functions() if length_of(node) > 40] == []
    assert [module.name for module in project.modules.values() if module.lines > 300] == []
