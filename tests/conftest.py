"""What all tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cloud import Cloud, cloud_process

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The embedded cloud alone, for the whole run."""
    with cloud_process(tmp_path_factory.mktemp("cloud")) as running:
        yield running
