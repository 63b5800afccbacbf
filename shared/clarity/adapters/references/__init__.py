"""The people that a shipped model was trained on, as the reference that their weeks are.

`<model_id>.npz` holds some of them, without ids: their features and what the model reads in their
weeks. `clarity pat reference --data` makes it. It is for whoever has no reference of their own: a
hip-worn survey device of 2005 is no watch, so that a difference from it is no drift.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from clarity.domain.drift import FEATURES, People, Reference

VERSION_DIGITS: Final = 16


def trained(model_id: str, folder: Path | None = None) -> Reference | None:
    """The reference that is shipped with a model; None where none is, or of other features."""
    file = (folder or Path(__file__).parent) / f"{model_id}.npz"
    if not file.is_file():
        return None
    with np.load(file) as stored:
        if tuple(stored["names"].tolist()) != FEATURES:
            return None
        people = People(*(stored[name].astype(np.float64) for name in ("features", "embeddings")))
    return Reference(people, (), version_of(people), own=False)


def save(people: People, file: Path) -> int:
    """Write a reference, to three digits: every bundle carries it; how many bytes it has."""
    features, embeddings = (
        each.astype(np.float16) for each in (people.features, people.embeddings)
    )
    names = np.array(FEATURES)
    np.savez_compressed(file, names=names, features=features, embeddings=embeddings)
    return file.stat().st_size


def version_of(people: People) -> str:
    """What a reference of these people is called."""
    return people.digest[:VERSION_DIGITS]
