"""The raw protobuf classes behind google.pubsub_v1.types: `from ...wire import Topic`.

The servers speak raw protobuf (the proto-plus wrappers cost more than the work itself), and the
package exposes those classes only through `.pb()` and without stubs.
"""

from __future__ import annotations

from typing import Any

from google.pubsub_v1 import types


def __getattr__(name: str) -> Any:
    if name not in types.__all__:
        raise AttributeError(f"google.pubsub_v1 has no type {name!r}")
    return getattr(types, name).pb()
