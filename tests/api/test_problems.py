from __future__ import annotations

import gzip
import uuid
from io import BytesIO

import pytest
from django.test import override_settings

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.api.diary")]

MEGABYTE = 1024 * 1024


@pytest.fixture
def client(client):
    client.raise_request_exception = False
    return client


def assert_problem(response, status: int, code: str) -> dict:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] == f"urn:congocart:problem:{code}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == response["X-Request-ID"]
    return problem


def post(client, body: bytes, content_type: str | None = "application/json", **headers):
    return client.generic("POST", "/entries", body, content_type=content_type, headers=headers)


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/api/v1/nothing", "/%00", "/a%00b", "/%ff", "//entries", "/entries/", "/é"],
)
def test_an_unknown_path_is_404(client, path):
    assert_problem(client.get(path), 404, "not_found")


@pytest.mark.parametrize("method", ["GET", "HEAD", "TRACE", "QUERY"])
def test_another_method_is_405_and_says_which_are_allowed(client, method):
    response = client.generic(method, "/entries")

    assert response.status_code == 405
    assert {"POST", "PUT", "PATCH", "DELETE"} <= set(response["Allow"].split(", "))
    if method != "HEAD":
        assert_problem(response, 405, "method_not_allowed")


def test_options_says_what_is_allowed_and_names_no_class(client):
    response = client.options("/entries")

    assert response.status_code == 200
    assert "POST" in response["Allow"]
    assert response.content == b""


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_media_type_is_415(client, content_type):
    assert_problem(post(client, b'{"kind": "a"}', content_type), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("body", "content_type", "coding", "named"),
    [
        (gzip.compress(b'{"kind": "a"}', mtime=0), "application/json", "gzip", "gzip"),
        (gzip.compress(b'{"kind": "a"}', mtime=0), "application/json", None, "gzip"),
        (b'{"kind": "a"}', "application/json", "gzip", "gzip"),
        (b'{"kind": "a"}', "application/json", "br", "br"),
        (b'{"kind": "a"}', "application/json; charset=UTF-16", None, "utf-16"),
        ('{"kind": "a"}'.encode("utf-16"), "application/json; charset=utf-16", None, "utf-16"),
        ('{"kind": "a"}'.encode("utf-16"), "application/json", None, "utf-16"),
        (
            '{"kind": "\xe9"}'.encode("latin-1"),
            'application/json; charset="latin-1"',
            None,
            "latin-1",
        ),
        (b'{"kind": "a"}', "application/json; charset=x-unknown", None, "x-unknown"),
    ],
)
def test_another_encoding_is_415_and_named(client, body, content_type, coding, named):
    headers = {"Content-Encoding": coding} if coding else {}
    problem = assert_problem(
        post(client, body, content_type, **headers), 415, "unsupported_media_type"
    )

    assert problem["detail"] == f"Send the body in UTF-8, not compressed; not in {named}."


def test_what_is_not_compressed_at_all_may_say_so(client):
    response = post(client, b'{"kind": "a"}', **{"Content-Encoding": "identity"})

    assert response.status_code == 201


def test_multipart_is_415(client):
    response = client.post("/entries", {"kind": "a"}, format="multipart")

    assert_problem(response, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;"]
)
def test_json_with_parameters_is_json(client, content_type):
    assert post(client, b'{"kind": "a"}', content_type).status_code == 201


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 10_000, b'{"kind": "\\ud800"}', b"NaN"])
def test_malformed_and_over_deep_json_is_400(client, body):
    assert_problem(post(client, body), 400, "invalid_request")


def test_an_empty_body_is_told_what_is_missing(client):
    problem = assert_problem(post(client, b""), 400, "invalid_request")

    assert problem["errors"][0]["pointer"] == "/kind"
    assert problem["errors"][0]["code"] == "required"


def test_nul_in_a_body_is_named(client):
    problem = assert_problem(post(client, rb'{"kind": "a\u0000b"}'), 400, "invalid_request")

    assert [e["pointer"] for e in problem["errors"]] == ["/kind"]


def test_nul_in_a_query_is_400(client):
    problem = assert_problem(client.get("/entries?search=a%00&limit=5"), 400, "invalid_request")

    assert [e["pointer"] for e in problem["errors"]] == ["/search"]


def test_ten_megabytes_are_413(client):
    assert_problem(post(client, b" " * 10 * MEGABYTE), 413, "payload_too_large")


def test_a_claimed_length_of_ten_megabytes_is_413_without_reading_them(client):
    response = client.generic(
        "POST", "/entries", b"{}", content_type="application/json", CONTENT_LENGTH=10 * MEGABYTE
    )

    assert_problem(response, 413, "payload_too_large")


def test_a_body_shorter_than_its_length_is_400(client):
    response = client.generic(
        "POST",
        "/entries",
        content_type="application/json",
        **{"CONTENT_LENGTH": "100", "wsgi.input": BytesIO(b'{"kind": "a"')},
    )

    assert_problem(response, 400, "invalid_request")


@pytest.mark.parametrize("body", [b'{"reason": "none"}', b"[]", b"5", b'"x"', b"{"])
def test_an_operation_without_a_body_refuses_one(client, body):
    response = client.generic("DELETE", "/page", body, content_type="application/json")

    assert_problem(response, 400, "invalid_request")


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_empty_object_is_as_good_as_no_body(client, body):
    response = client.generic("DELETE", "/page", body, content_type="application/json")

    assert response.status_code == 204


def test_a_bug_is_500_and_tells_nothing_but_where_it_is_recorded(client, caplog):
    response = post(client, b'{"kind": "bug"}')

    problem = assert_problem(response, 500, "internal_error")
    for inside in ("psycopg", "/srv", "secret", "Traceback", "RuntimeError", "diary"):
        assert inside not in response.content.decode()
    assert problem["request_id"] == response["X-Request-ID"]
    assert any(record.exc_info for record in caplog.records)


@override_settings(ALLOWED_HOSTS=["shop.example"])
def test_no_link_is_made_to_a_host_that_is_not_ours(client):
    assert client.get("/letters", headers={"Host": "shop.example"}).status_code == 200
    response = client.get("/letters", headers={"Host": "evil.example"})

    assert_problem(response, 400, "invalid_request")


@pytest.mark.urls("congocart.urls")
def test_a_form_without_its_csrf_token_is_403(client):
    client.handler.enforce_csrf_checks = True

    assert_problem(client.post("/admin/login/"), 403, "permission_denied")


def test_a_request_id_is_taken_and_echoed(client):
    response = client.get("/nothing", headers={"X-Request-ID": "Trace_1.2-3"})

    assert response.json()["request_id"] == response["X-Request-ID"] == "Trace_1.2-3"


@pytest.mark.parametrize("given", ["", "a" * 65, "a b", "<script>", "é", "a\r\nX: y"])
def test_an_unusable_request_id_is_replaced(client, given):
    response = client.get("/nothing", headers={"X-Request-ID": given})

    assert response.json()["request_id"] == response["X-Request-ID"] != given
    assert uuid.UUID(response["X-Request-ID"]).version == 7
