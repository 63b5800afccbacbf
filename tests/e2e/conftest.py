"""The whole cloud, once for all end-to-end tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cloud import Cloud, whole_cloud

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """`python -m infra.local up`, with the local stand-in for Gemini."""
    with whole_cloud(tmp_path_factory.mktemp("e2e"), "--gemini", "local") as cloud:
        yield cloud
