"""Cloud Storage: where exports are kept, and the links to them.

A function has no key of its own to sign with: IAM signs for its service account (signBlob). The
client finds an emulator by STORAGE_EMULATOR_HOST; where IAM is one, too, is told.
"""

from __future__ import annotations

import functools
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

import google.auth
from google.api_core.exceptions import (
    Forbidden,
    GoogleAPICallError,
    NotFound,
    RetryError,
    ServerError,
    TooManyRequests,
    Unauthorized,
)
from google.auth import iam
from google.auth.credentials import AnonymousCredentials, Signing
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.cloud.storage import Client
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
from requests import RequestException

from clarity.domain.errors import MisconfiguredError, RefusedError, UnavailableError
from clarity.steps.export import folder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta
    from typing import IO

    from google.cloud.storage import Blob, Bucket

    from clarity.domain.errors import ClarityError

P = ParamSpec("P")
T = TypeVar("T")

_SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
_IAM: Final = "https://iamcredentials.googleapis.com"
# Of a resumable upload, a multiple of 256 KiB: so much of an export is held in memory.
CHUNK: Final = 2 << 20
_CANCEL_S: Final = 10.0
_SAVED_AS: Final = 'attachment; filename="clarity-loop-export.zip"'
# Of an upload: no such bucket, no right to it; or its session is gone, and a new one may do.
_OURS: Final = frozenset({401, 403, 404})
_AGAIN: Final = frozenset({408, 410, 429})
_WAIT: Final = (ServerError, TooManyRequests, RetryError, RequestException, DataCorruption)


def _translated(call: Callable[P, T]) -> Callable[P, T]:
    """Raise Unavailable- or MisconfiguredError where waiting may help, or else RefusedError."""

    @functools.wraps(call)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except _WAIT as error:
            raise UnavailableError(f"Cloud Storage: {type(error).__name__}") from error
        except (Forbidden, Unauthorized, NotFound, GoogleAuthError) as error:
            raise MisconfiguredError(f"Cloud Storage: {type(error).__name__}") from error
        except InvalidResponse as error:
            raise _of_status(error.response.status_code) from error
        except GoogleAPICallError as error:
            raise RefusedError(f"Cloud Storage: {type(error).__name__}") from error

    return wrapper


def _of_status(status: int) -> ClarityError:
    """What an answer means that the client gives no name: uploads have these."""
    if status in _OURS:
        return MisconfiguredError(f"Cloud Storage answered {status}")
    wait = status in _AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return (UnavailableError if wait else RefusedError)(f"Cloud Storage answered {status}")


class _Signer(Signing):
    """Signs as a service account, by asking IAM to."""

    def __init__(self, email: str, iam_host: str | None) -> None:
        self._email, self._iam_host = email, iam_host

    @property
    def signer_email(self) -> str:
        return self._email

    @property
    def signer(self) -> iam.Signer:
        nobody: Any = AnonymousCredentials  # like much of google-auth it has no types
        ours: Any = iam.Signer
        signer: iam.Signer
        if self._iam_host is not None:
            signer = ours(_Local(self._iam_host), nobody(), self._email)
        else:
            credentials, _ = google.auth.default(scopes=[_SCOPE])
            signer = ours(Request(), credentials, self._email)
        return signer

    def sign_bytes(self, message: bytes) -> bytes:
        signed: bytes = self.signer.sign(message)
        return signed


class _Local(Request):
    """Takes what is meant for IAM to an emulator."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self._host = host

    def __call__(self, url: str, *args: Any, **kwargs: Any) -> Any:
        asked: Any = super().__call__
        return asked(url.replace(_IAM, f"http://{self._host}"), *args, **kwargs)


@dataclass(frozen=True, slots=True)
class ExportsBucket:
    """The `Exports` port, and the deletion of what it made."""

    bucket: Bucket
    signing: _Signer

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A new object, which is there once the block has ended without an error."""
        blob: Blob = self.bucket.blob(name, chunk_size=CHUNK)
        # Only the calls to Cloud Storage are translated: the block's own errors are its own.
        out: Any = _Translating(blob.open("wb", content_type="application/zip", ignore_flush=True))
        try:
            yield out
            out.close()
        except BaseException:
            out.abandon()
            raise

    @_translated
    def link(self, name: str, lasting: timedelta) -> str:
        """An address at which anybody who has it reads the object, for that long."""
        url: str = self.bucket.blob(name).generate_signed_url(
            version="v4",
            expiration=lasting,
            method="GET",
            credentials=self.signing,
            response_disposition=_SAVED_AS,
        )
        return url

    @_translated
    def size(self, name: str) -> int:
        """How many bytes the object has."""
        blob: Blob = self.bucket.blob(name)
        blob.reload()
        return int(blob.size)

    @_translated
    def count(self, user_id: str) -> int:
        """How many exports of a person there are, in each version."""
        return sum(1 for _ in self.bucket.list_blobs(prefix=folder_of(user_id), versions=True))

    @_translated
    def delete_all(self, user_id: str) -> int:
        """Delete all exports of a person, in each version; how many there were."""
        held = list(self.bucket.list_blobs(prefix=folder_of(user_id), versions=True))
        for blob in held:
            try:
                self.bucket.delete_blob(blob.name, generation=blob.generation)
            except NotFound:  # another worker was faster, or the bucket's own rule
                continue
        return len(held)


class _Translating:
    """A writer whose errors are ours."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self.write = _translated(writer.write)
        self.close = _translated(writer.close)
        self.flush, self.tell = writer.flush, writer.tell

    def abandon(self) -> None:
        """Forget what was sent; where that fails, too, Cloud Storage does so after a week.

        The client's own `terminate` deletes the address of uploads, not that of this one (3.17).
        """
        begun, self._writer._upload_and_transport = self._writer._upload_and_transport, None
        self._writer.terminate()  # or it would be finished when it is collected
        if begun:
            upload, transport = begun
            with suppress(GoogleAuthError, RequestException):
                transport.delete(upload.resumable_url, timeout=_CANCEL_S)


def open_exports(
    bucket: str, *, project: str, signer: str, iam_host: str | None = None
) -> ExportsBucket:
    """The bucket of exports.

    Args:
        bucket: its name.
        project: the Google Cloud project.
        signer: email of the service account whose signature links bear.
        iam_host: host:port of a stand-in for IAM; None: IAM itself.

    Raises:
        MisconfiguredError: there are no credentials.
    """
    client = _translated(Client)(project=project)
    return ExportsBucket(client.bucket(bucket), _Signer(signer, iam_host))
