"""What all tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.cloud import Cloud, cloud_process

if TYPE_CHECKING:
    from collections.abc import Iterator

# A busy machine draws slowly, which is no fault of the test.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The embedded cloud alone, for the whole run."""
    with cloud_process(tmp_path_factory.mktemp("cloud")) as running:
        yield running
