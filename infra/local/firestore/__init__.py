"""An embedded Firestore: the gRPC protocol of google.firestore.v1 over a SQLite file.

Held to Google's emulator, request by request, but for three things. Transactions are optimistic
where the emulator locks. A listener that comes back within ten minutes is told what it missed,
where the emulator starts afresh. And there are no security rules, indexes, pipelines, partitions
or query plans.
"""

from infra.local.firestore.server import MAX_REQUEST_BYTES, METHODS, SERVICE, Firestore
from infra.local.firestore.wire import DocumentChange

__all__ = ["MAX_REQUEST_BYTES", "METHODS", "SERVICE", "DocumentChange", "Firestore"]
