"""What the embedded Pub/Sub refuses, with the gRPC status that the real one answers with."""

from __future__ import annotations

import grpc


class RefusedError(Exception):
    """A request that cannot be granted; the RPC layer turns it into a status."""

    def __init__(
        self, code: grpc.StatusCode, message: str, details: tuple[tuple[str, bytes], ...] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.details = details


def invalid(message: str) -> RefusedError:
    """INVALID_ARGUMENT with what was expected and what was found."""
    return RefusedError(grpc.StatusCode.INVALID_ARGUMENT, message)


def missing(name: str) -> RefusedError:
    """NOT_FOUND in the service's own words."""
    return RefusedError(grpc.StatusCode.NOT_FOUND, f"Resource not found (resource={name}).")


def taken(name: str) -> RefusedError:
    """ALREADY_EXISTS in the service's own words."""
    return RefusedError(
        grpc.StatusCode.ALREADY_EXISTS, f"Resource already exists in the project (resource={name})."
    )


def precondition(message: str) -> RefusedError:
    """FAILED_PRECONDITION."""
    return RefusedError(grpc.StatusCode.FAILED_PRECONDITION, message)
