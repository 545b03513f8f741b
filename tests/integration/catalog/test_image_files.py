from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, storages
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from catalog.domain import ImageStatus, original_name
from catalog.models import Image, ImageFile
from catalog.rendering.files import ImageFolder, names_of
from catalog.services import (
    add_product_image,
    delete_image,
    remove_orphans,
    remove_unused_image,
    render_image,
    store_image,
)
from catalog.services.image_files import _become
from core.errors import ResourceBusy
from core.states import InvalidTransition
from tests.catalog import NOW, product
from tests.images import encoded

pytestmark = pytest.mark.django_db
RunJobs = Callable[[], int]
CONTENT = encoded("JPEG", (400, 300))
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Bucket(InMemoryStorage):
    """What a bucket does: writing replaces, and no folder has to be there."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: Any) -> str:
        self.delete(name)
        return super()._save(name, content)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        try:
            return super().listdir(path)
        except FileNotFoundError:
            return [], []


@pytest.fixture(params=["folder", "bucket"], autouse=True)
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Each of the two kinds of storage, empty."""
    found = ImageFolder(location=tmp_path) if request.param == "folder" else Bucket()
    monkeypatch.setitem(storages._storages, "media", found)
    return found


def store(content: bytes = CONTENT, now: Any = NOW) -> str:
    return store_image(BytesIO(content), now=now)


def added(content: bytes = CONTENT) -> Image:
    return add_product_image(slug="mug", digest=store(content), now=NOW)


def statuses() -> list[str]:
    return list(ImageFile.objects.values_list("status", flat=True))


def jobs() -> list[str]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", flat=True))


def test_the_same_content_is_stored_and_decoded_once(storage: Any, run_jobs: RunJobs):
    assert store() == store() == DIGEST
    assert (statuses(), jobs()) == (["processing"], ["catalog.tasks.render_image"])
    assert storage.open(original_name(DIGEST)).read() == CONTENT
    run_jobs()

    store()

    assert (statuses(), jobs()) == (["ready"], [])


def test_decoding_again_changes_nothing(storage: Any, run_jobs: RunJobs):
    store()
    run_jobs()
    before = {name: storage.open(name).read() for name in names_of(DIGEST)}

    render_image(digest=DIGEST)

    assert {name: storage.open(name).read() for name in names_of(DIGEST)} == before
    assert statuses() == ["ready"]
    render_image(digest="0" * 64)


def test_a_killed_job_begins_anew(storage: Any, monkeypatch: pytest.MonkeyPatch, run_jobs: RunJobs):
    store()
    save = type(storage).save

    def killed(self: Any, name: str, *rest: Any) -> str:
        if "-400." in name:
            raise KeyboardInterrupt
        return save(self, name, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(type(storage), "save", killed)
        with pytest.raises(KeyboardInterrupt):
            render_image(digest=DIGEST)
    assert statuses() == ["processing"]

    run_jobs()

    assert statuses() == ["ready"]
    assert len(names_of(DIGEST)) == 5


def test_a_storage_that_fails_is_tried_again_and_its_job_says_why(
    storage: Any, monkeypatch: pytest.MonkeyPatch
):
    store()

    def broken(*_: Any) -> str:
        raise OSError("No space left on device")

    monkeypatch.setattr(type(storage), "save", broken)
    with pytest.raises(OSError, match="No space left"):
        render_image(digest=DIGEST)
    assert statuses() == ["processing"]
    with pytest.raises(OSError, match="No space left"):
        store(encoded(color="blue"))
    assert sorted(statuses()) == ["processing", "uploading"]


def test_a_failed_picture_that_is_sent_again_is_decoded_again(storage: Any, run_jobs: RunJobs):
    broken = encoded("JPEG", (300, 300), quality=100)[:-900]
    digest = store(broken)
    run_jobs()
    failed = ImageFile.objects.get()
    assert (failed.status, failed.error[:22]) == ("failed", "The picture is damaged")

    assert store(broken) == digest

    again = ImageFile.objects.get()
    assert (again.status, again.error) == ("processing", "")


def test_files_of_what_nothing_shows_are_deleted(storage: Any, run_jobs: RunJobs):
    product("Mug")
    first, second = added(), added()
    run_jobs()
    delete_image(image_id=first.pk, now=NOW)
    run_jobs()
    assert len(names_of(DIGEST)) == 5

    delete_image(image_id=second.pk, now=NOW)
    run_jobs()

    assert names_of(DIGEST) == []
    assert statuses() == []
    remove_unused_image(digest=DIGEST)


def test_while_its_files_are_deleted_a_picture_is_not_taken(storage: Any):
    product("Mug")
    store()
    ImageFile.objects.update(status=ImageStatus.DELETING)

    with pytest.raises(ResourceBusy):
        store()
    with pytest.raises(ResourceBusy):
        add_product_image(slug="mug", digest=DIGEST, now=NOW)
    with pytest.raises(ResourceBusy):
        add_product_image(slug="mug", digest="0" * 64, now=NOW)
    render_image(digest=DIGEST)
    assert statuses() == ["deleting"]

    remove_unused_image(digest=DIGEST)

    assert store() == DIGEST


def test_what_is_sent_and_not_shown_within_a_day_is_deleted(storage: Any, run_jobs: RunJobs):
    product("Mug")
    store(encoded(color="blue"))
    added()
    run_jobs()

    assert remove_orphans(now=NOW + timedelta(hours=23)) == 0
    assert remove_orphans(now=NOW + timedelta(hours=25)) == 1
    run_jobs()

    assert list(ImageFile.objects.values_list("digest", flat=True)) == [DIGEST]


def test_files_that_no_row_knows_are_deleted_once_they_are_old(storage: Any, run_jobs: RunJobs):
    for name in (original_name(DIGEST), f"images/{DIGEST[:2]}/{DIGEST}-320.webp"):
        storage.save(name, ContentFile(CONTENT))
    other = store(encoded(color="blue"), now=timezone.now())
    add_product_image(slug=product("Mug").slug, digest=other, now=NOW)
    run_jobs()

    assert remove_orphans(now=timezone.now()) == 0
    assert remove_orphans(now=timezone.now() + timedelta(hours=25)) == 1
    assert sorted(statuses()) == ["deleting", "ready"]
    run_jobs()

    assert names_of(DIGEST) == []
    assert len(names_of(other)) == 3
    assert statuses() == ["ready"]


def test_a_status_changes_by_the_table_alone(storage: Any):

    row = ImageFile(digest=DIGEST, status="deleting")
    with pytest.raises(InvalidTransition):
        _become(row, ImageStatus.READY)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE catalog_imagefile SET status = 'ready'",
        "UPDATE catalog_imagefile SET status = 'gone'",
        "UPDATE catalog_imagefile SET format = 'svg'",
        "UPDATE catalog_imagefile SET status = 'ready', width = 0, height = 1",
        "UPDATE catalog_image SET position = 10001",
        "UPDATE catalog_image SET product_id = NULL",
        "UPDATE catalog_image SET variant_id = (SELECT id FROM catalog_variant)",
        "DELETE FROM catalog_imagefile; SET CONSTRAINTS ALL IMMEDIATE",
    ],
)
def test_the_database_refuses_what_cannot_be(change: str):
    product("Mug")
    added()
    with pytest.raises(Exception, match=r"violates (check|foreign key) constraint"):
        connection.cursor().execute(change)
