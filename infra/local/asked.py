"""What a request brings, where that has to be a JSON object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.requests import Request

# JSON of any shape: this side of the wire is Google's.
Json = dict[str, Any]


async def asked(request: Request) -> Json:
    """The object that the request's body is.

    Raises:
        ValueError: it is none, in words for who sent it.
    """
    return object_in(await request.body())


def object_in(text: bytes | bytearray) -> Json:
    """The object that a text is.

    Raises:
        ValueError: it is none.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError("expected a JSON object")  # noqa: TRY004  what was sent is wrong
    return found
