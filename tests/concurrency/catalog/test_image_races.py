"""Pictures that several managers send, and delete, at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from rest_framework.test import APIClient

from accounts.domain import Role
from catalog.models import Image, ImageFile
from catalog.rendering.files import media
from tests.catalog import product
from tests.concurrency.racing import at_once, codes
from tests.images import encoded, send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_deadlocks")]
MANAGERS = 6
ROUNDS = 4


@pytest.fixture
def managers(no_deadlocks: None, client_of: Callable[..., APIClient]) -> list[APIClient]:
    product("Mug")
    product("Cup")
    return [client_of(Role.MANAGER) for _ in range(MANAGERS)]


def test_the_same_picture_sent_by_all_at_once_is_one_file_and_one_job(
    managers: list[APIClient],
) -> None:
    content = encoded("PNG", (50, 50))
    responses = at_once(
        *[
            partial(send, each, f"products/{slug}", content)
            for each, slug in zip(managers, ("mug", "cup") * MANAGERS, strict=False)
        ]
    )

    assert codes(responses) == {"201": MANAGERS}
    assert Image.objects.count() == MANAGERS
    assert ImageFile.objects.get().status == "processing"
    assert ProcrastinateJob.objects.count() == 1
    places = Image.objects.filter(product__slug="mug").values_list("position", flat=True)
    assert sorted(places) == [0, 1, 2]


def test_the_same_key_sent_twice_at_once_adds_one_picture(managers: list[APIClient]) -> None:
    for number in range(ROUNDS):
        headers = {"Idempotency-Key": f"picture-{number}"}
        sending = partial(send, managers[0], "products/mug", encoded(), headers=headers)
        found = codes(at_once(sending, sending))
        assert found["201"] >= 1
        assert found["201"] + found["idempotency_in_progress"] == 2
    assert Image.objects.count() == ROUNDS


def test_the_last_place_is_taken_once(managers: list[APIClient]) -> None:
    sent = send(managers[0], "products/mug", encoded()).json()
    row = Image.objects.get(pk=sent["id"])
    Image.objects.bulk_create(
        Image(product_id=row.product_id, file_id=row.file_id) for _ in range(48)
    )

    found = codes(at_once(*[partial(send, each, "products/mug", encoded()) for each in managers]))

    assert found == {"201": 1, "too_many_images": MANAGERS - 1}


def test_a_picture_that_is_sent_while_it_is_deleted_has_its_files_or_is_refused(
    managers: list[APIClient], run_jobs: Callable[[], int]
) -> None:
    content = encoded("PNG", (60, 40))

    def delete(picture: str) -> Any:
        response = managers[0].delete(f"/api/v1/media/{picture}")
        run_jobs()
        return response

    for _ in range(ROUNDS):
        old = send(managers[0], "products/mug", content).json()["id"]
        run_jobs()
        sending = partial(send, managers[1], "products/cup", content)
        deleted, sent = at_once(partial(delete, old), sending)
        run_jobs()

        assert codes([deleted]) == {"204": 1}
        assert set(codes([sent])) <= {"201", "resource_busy"}
        if sent.status_code == 201:
            found = managers[1].get(sent["Location"]).json()
            assert found["status"] == "ready"
            for size in found["sizes"]:
                assert media().exists(size["url"].removeprefix("/media/"))
            managers[1].delete(sent["Location"])
            run_jobs()
        assert not ImageFile.objects.exists()
