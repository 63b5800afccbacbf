"""Vertex AI's answers that mean no, in the words of who has to do something about them."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests
from google.api_core import exceptions as api
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError

from clarity.domain.errors import ClarityError, RefusedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

# As Vertex AI names quotas in its messages (the ids are in gcloud's own table, too).
_QUOTA = re.compile(r"\b(?:aiplatform\.googleapis\.com/\w+|CustomModelServing\w+)")
# In what words Vertex AI says so is not documented: this is generous.
_BUSY = re.compile(r"(?:an)?other operations?\b", re.IGNORECASE)


class QuotaError(UnavailableError):
    """The project may not have what the call needs, yet."""

    code = "quota"


@contextmanager
def translated(resource: str) -> Iterator[None]:
    """Vertex AI's errors, and those on the way to it, as ours.

    Raises:
        UnavailableError: trying again may help, as soon as what the message says has changed.
        RefusedError: it will never work like this.
    """
    try:
        yield
    except api.GoogleAPICallError as error:
        raise _meaning(error, resource) from error
    except DefaultCredentialsError as error:
        raise RefusedError(
            "expected credentials, found none: gcloud auth application-default login, or on a "
            "machine of Google's its service account"
        ) from error
    except (requests.RequestException, GoogleAuthError) as error:
        raise UnavailableError(f"Vertex AI did not answer: {type(error).__name__}") from error


def _meaning(error: api.GoogleAPICallError, resource: str) -> ClarityError:
    said = _said(error)
    if isinstance(error, api.TooManyRequests):
        return _too_much(said)
    if isinstance(error, api.Forbidden):
        return RefusedError(
            f"not allowed on {resource}: {said} Who runs this needs the permission that is named: "
            "infra/gcp lists the roles; --project, --region and --endpoint must be right, too"
        )
    if isinstance(error, api.NotFound):
        return RefusedError(
            f"expected {resource}, found nothing there: {said} Terraform makes the endpoint, and "
            "its output names it; clarity model register makes the model"
        )
    if isinstance(error, api.Conflict) or _BUSY.search(said):
        return UnavailableError(
            f"something else changes {resource} at this moment: {said} Wait for it (clarity model "
            "status), then run this again"
        )
    if isinstance(error, api.ServerError):
        return UnavailableError(
            f"Vertex AI failed ({error.code}): {said} Run this again: what is done is not repeated"
        )
    return RefusedError(f"Vertex AI refused: {said}")


def _too_much(said: str) -> ClarityError:
    quotas = sorted(set(_QUOTA.findall(said)))
    if not quotas:
        return UnavailableError(
            f"Vertex AI answered RESOURCE_EXHAUSTED: {said} A rate limit ends by itself; a lack of "
            "machines in the region does too, or take another --accelerator or --region"
        )
    return QuotaError(
        f"RESOURCE_EXHAUSTED: the quota {', '.join(quotas)} is used up, or it is 0 as in a new "
        "project. Ask for more of it in this region (console: IAM & Admin, Quotas & System "
        "Limits), undeploy what uses it, or take another --accelerator (none: CPUs). "
        f"Vertex AI said: {said}"
    )


def _said(error: api.GoogleAPICallError) -> str:
    """Google's own sentence, without the request's address before it."""
    text = str(error.message).strip()
    marked = re.match(r"^(?:GET|POST|PATCH|DELETE) \S+: ", text)
    said = text[marked.end() :] if marked else text
    return said if said.endswith((".", "!", "?")) else f"{said}."
