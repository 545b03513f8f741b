from __future__ import annotations

import pytest

from core.access import Access

ANONYMOUS = None
NOBODY = frozenset[str]()
BUYER = frozenset({"buyer"})
CLERK = frozenset({"buyer", "clerk"})


@pytest.mark.parametrize(
    ("access", "admitted"),
    [
        (Access(), []),
        (Access(anonymous=True), [ANONYMOUS, NOBODY, BUYER, CLERK]),
        (Access(roles=BUYER), [BUYER, CLERK]),
        (Access(roles=frozenset({"clerk", "boss"})), [CLERK]),
        (Access(others=CLERK), []),
    ],
)
def test_a_caller_is_admitted_by_one_of_the_roles(access, admitted):
    assert [
        roles for roles in (ANONYMOUS, NOBODY, BUYER, CLERK) if access.admits(roles)
    ] == admitted


def test_what_others_own_is_answered_to_the_roles_named_alone():
    access = Access(anonymous=True, own=True, others=frozenset({"clerk"}))

    assert access.covers_others(CLERK)
    assert not access.covers_others(BUYER)
    assert not access.covers_others(NOBODY)


def test_roles_beyond_an_account_are_needed_where_nothing_is_owned():
    assert Access(roles=CLERK).needed_roles == CLERK
    assert Access(roles=CLERK, own=True).needed_roles == frozenset()
    assert Access(anonymous=True).is_public
    assert not Access(anonymous=True, own=True).is_public
