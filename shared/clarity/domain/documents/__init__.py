"""The data map: every kind of document of the product, defined once; pure."""

from __future__ import annotations

from typing import Final

from clarity.domain.documents import model, persons, results, work

KINDS: Final = (*persons.KINDS, *results.KINDS, *work.KINDS, *model.KINDS)
