"""Pages of a listing: sorted by name, continued after the last name seen."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

from infra.local.pubsub.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_PAGE = 1000


def page(names: Sequence[str], size: int, token: str) -> tuple[range, str]:
    """The indexes of the next page of sorted names, and the token of the one after it."""
    if size < 0:
        raise invalid(f"expected a page_size of at least 0, found {size}")
    start = bisect.bisect_right(names, token) if token else 0
    stop = min(len(names), start + min(size or MAX_PAGE, MAX_PAGE))
    return range(start, stop), names[stop - 1] if stop < len(names) else ""


def check_project(project: str) -> str:
    """The prefix of every name in a project like projects/P."""
    if not project.startswith("projects/") or project.count("/") != 1:
        raise invalid(f"expected a project like projects/P, found {project!r}")
    return f"{project}/"
