"""gRPC on the event loop alone, for the unmodified clients.

`grpc.aio` hands every event of a call from thread to thread: the one that polls, one of a pool, the
one that waits for the pool, the loop's. For calls as small as these that took twice as long as the
calls themselves. Here the loop reads the sockets and answers (RFC 9113, gRPC over HTTP/2).
"""

from infra.local.wire.server import Server

__all__ = ["Server"]
