from __future__ import annotations

import pytest
from rest_framework.test import APIClient


def count_of(client: APIClient, series: str) -> float:
    for line in client.get("/metrics").content.decode().splitlines():
        if line.startswith(series):
            return float(line.rsplit(" ", 1)[1])
    return 0


def test_requests_are_counted_by_route_and_status(client: APIClient) -> None:
    series = 'http_requests_total{method="GET",route="livez",status="200"}'
    before = count_of(client, series)
    client.get("/livez")
    assert count_of(client, series) == before + 1


def test_paths_that_do_not_exist_share_one_series(client: APIClient) -> None:
    series = 'http_requests_total{method="GET",route="unmatched",status="404"}'
    before = count_of(client, series)
    client.get("/a")
    client.get("/b")
    assert count_of(client, series) == before + 2


@pytest.mark.django_db
def test_invented_methods_share_one_series(client: APIClient) -> None:
    client.generic("BREW", "/livez")
    client.generic("STEEP", "/livez")
    text = client.get("/metrics").content.decode()
    assert "BREW" not in text
    assert 'method="OTHER"' in text
