from __future__ import annotations

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from core.errors import VersionMismatch
from core.http.versions import etag, expected_versions, is_current
from core.versions import require_version


def request(**headers: str) -> Request:
    return Request(APIRequestFactory().get("/", headers=headers))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("*", None),
        (etag(3), {3}),
        ('"3", "5"', {3, 5}),
        ('W/"3"', {3}),
        ('"abc"', set()),
        ('"03"', set()),
        ('"-1"', set()),
        ('"99999999999999999999"', set()),
    ],
)
def test_if_match_names_the_versions_a_writer_has_seen(header, expected):
    assert expected_versions(request(if_match=header)) == expected


def test_without_if_match_there_is_no_condition():
    assert expected_versions(request()) is None


def test_an_if_match_without_an_entity_tag_fails():
    with pytest.raises(VersionMismatch):
        expected_versions(request(if_match="3"))


def test_a_tag_that_is_no_version_matches_nothing():
    with pytest.raises(VersionMismatch):
        require_version(3, expected_versions(request(if_match='"abc"')))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ('"2"', False),
        ('"3"', True),
        ('W/"3"', True),
        ('"1", "3"', True),
        ("*", True),
        ("3", False),
    ],
)
def test_if_none_match_says_what_the_client_holds(header, expected):
    headers = {} if header is None else {"if_none_match": header}

    assert is_current(request(**headers), etag(3)) is expected
