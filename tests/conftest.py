"""What all tests share."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from clarity.domain.job import Origin
from tests.cloud import Cloud, cloud_process
from tests.logs import KEPT, check_files

if TYPE_CHECKING:
    from collections.abc import Iterator

# A busy machine draws slowly, which is no fault of the test.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def log_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what this process logs, as a function would; at the end look into what others wrote."""
    handle = logging.Logger.handle

    def kept(self: logging.Logger, record: logging.LogRecord) -> None:
        KEPT.record(record)
        handle(self, record)

    made = Origin.__init__

    def known(self: Origin, user_id: str, *args: Any, **kwargs: Any) -> None:
        KEPT.secrets.person(user_id)
        made(self, user_id, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.Logger, "handle", kept)
        patch.setattr(Origin, "__init__", known)
        logging.getLogger("clarity").setLevel(logging.INFO)  # as deployed
        yield
    check_files(tmp_path_factory.getbasetemp().rglob("*.log"), KEPT.secrets)


@pytest.fixture(autouse=True)
def log_of_the_test(log_of_the_run: None) -> Iterator[None]:
    """Fail the test after which a line says what no log may say."""
    yield
    KEPT.check()


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The embedded cloud alone, for the whole run."""
    with cloud_process(tmp_path_factory.mktemp("cloud")) as running:
        yield running
