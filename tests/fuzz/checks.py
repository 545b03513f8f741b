"""What Schemathesis is told: who it is, and checks that it runs beside its own."""

from __future__ import annotations

import os
import re
from typing import Any

import requests
import schemathesis

EMAIL, PASSWORD = os.environ.get("FUZZ_EMAIL"), os.environ.get("FUZZ_PASSWORD")

# What a schema can say and has to say when we refuse for it.
STRUCTURAL = frozenset({
    "blank", "empty", "invalid", "invalid_choice", "max_length", "max_value", "min_length",
    "min_value", "not_a_dict", "not_a_list", "null", "required", "unknown_field",
})  # fmt: skip
INSIDES = re.compile(
    r"Traceback|psycopg|django|rest_framework|/site-packages/|SELECT |INSERT INTO|\.py\b"
)


if EMAIL:

    @schemathesis.auth(refresh_interval=300, retry_on=[401])
    class Someone:
        """Logged in; again when the run has ended its own session."""

        def get(self, case: schemathesis.Case, ctx: Any) -> str:
            url = f"{case.operation.schema.get_base_url().rstrip('/')}/api/v1/auth/token"
            response = requests.post(url, json={"email": EMAIL, "password": PASSWORD}, timeout=10)
            return str(response.json()["access"])

        def set(self, case: schemathesis.Case, data: str, ctx: Any) -> None:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@schemathesis.check
def what_the_schema_allows_has_the_right_shape(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """The document promises shapes; a client that keeps to them is never told otherwise."""
    if response.status_code != 400 or not (case.meta and case.meta.generation.mode.is_positive):
        return
    problem = response.json()
    errors = problem.get("errors", [])
    # Which parts an address needs, and their form, is up to its country.
    named = {error["code"] for error in errors if "country" not in error["detail"]}
    structural = named & STRUCTURAL
    assert problem["code"] != "invalid_request" or (errors and not structural), problem


@schemathesis.check
def a_refusal_is_a_problem_document(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """RFC 9457, whatever was asked and however."""
    if response.status_code < 400 or case.method == "HEAD":
        return
    assert response.headers["content-type"] == ["application/problem+json"]
    problem: dict[str, Any] = response.json()
    assert problem["status"] == response.status_code
    assert problem["code"]
    if "idempotent-replayed" not in response.headers:
        assert [problem["request_id"]] == response.headers["x-request-id"]


@schemathesis.check
def nothing_of_our_insides_is_told(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """No trace, no statement, no name of a module."""
    if response.status_code >= 400:
        assert not INSIDES.search(response.text), response.text
