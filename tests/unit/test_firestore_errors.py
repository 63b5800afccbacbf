"""What Firestore's errors mean to the steps."""

from __future__ import annotations

import pytest
from google.api_core import exceptions as google

from clarity.adapters.firestore_errors import translated
from clarity.domain.errors import MisconfiguredError, RefusedError, UnavailableError


def failing(error: Exception):
    def work(*_: object) -> None:
        raise error

    return work


@pytest.mark.parametrize(
    "error",
    [
        google.Aborted("contention"),
        google.ServiceUnavailable("down"),
        google.DeadlineExceeded("late"),
        google.ResourceExhausted("quota"),
        google.InternalServerError("oops"),
        google.Cancelled("gone"),
        google.RetryError("tried for long", cause=None),
    ],
)
def test_what_may_pass_is_unavailable(error: Exception) -> None:
    with pytest.raises(UnavailableError) as raised:
        translated(failing(error))()

    assert raised.value.__cause__ is error


@pytest.mark.parametrize("error", [google.PermissionDenied("who"), google.Unauthenticated("who")])
def test_rights_that_lack_are_waited_for_and_not_quoted(error: Exception) -> None:
    with pytest.raises(MisconfiguredError) as raised:
        translated(failing(error))()

    assert "who" not in str(raised.value)


@pytest.mark.parametrize(
    "error",
    [
        google.InvalidArgument("too big"),
        google.FailedPrecondition("stale"),
        google.NotFound("nothing"),
    ],
)
def test_what_will_not_pass_is_refused_with_its_reason(error: Exception) -> None:
    with pytest.raises(RefusedError, match=str(error.args[0])):
        translated(failing(error))()


def test_a_defect_of_ours_is_not_translated() -> None:
    with pytest.raises(KeyError):
        translated(failing(KeyError("a defect")))()
