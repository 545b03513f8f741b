from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.running import Shop


@pytest.fixture(scope="session")
def prepared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a shop that has been started and stopped."""
    folder = tmp_path_factory.mktemp("prepared")
    shop = Shop(folder / "data", output=folder / "output")
    try:
        shop.start()
        assert shop.end() == 0
    finally:
        shop.clean_up()
    return shop.data


@pytest.fixture
def new_shop(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Makes shops on an empty folder, or on the one given."""
    shops: list[Shop] = []

    def make(data: Path | None = None, **options: object) -> Shop:
        number = len(shops)
        data = data or tmp_path / f"data{number}"
        shops.append(Shop(data, output=tmp_path / f"output{number}", **options))  # type: ignore[arg-type]
        return shops[-1]

    yield make
    for shop in shops:
        shop.clean_up()


@pytest.fixture
def shop(new_shop: Callable[..., Shop], prepared_data: Path, tmp_path: Path) -> Shop:
    """A shop that has run before and does not run now."""
    data = tmp_path / "data"
    # With owners: as root the database's files are not ours.
    subprocess.run(["cp", "-a", prepared_data, data], check=True)
    return new_shop(data)
