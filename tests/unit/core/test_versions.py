from __future__ import annotations

import pytest

from core.errors import VersionMismatch
from core.versions import require_version


@pytest.mark.parametrize("expected", [None, {3}, {1, 3}])
def test_who_has_seen_the_current_version_or_sets_no_condition_may_write(
    expected: set[int] | None,
) -> None:
    require_version(3, expected)


@pytest.mark.parametrize("expected", [set(), {2}, {4}, {1, 2}])
def test_who_has_seen_another_version_is_told_the_current_one(expected: set[int]) -> None:
    with pytest.raises(VersionMismatch) as refused:
        require_version(3, expected)

    assert refused.value.extra == {"current_version": 3}
