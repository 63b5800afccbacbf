"""What the check knows about each language; the engine beside it knows none."""

from __future__ import annotations

import importlib
from functools import cache

# Loaded before the function of the same name is defined: loaded later, it would take its place.
from clarity.domain.words.languages.language import Language  # noqa: TC001  see above

_MODULES = {"en": "english", "de": "german", "es": "spanish"}
LANGUAGES = tuple(_MODULES)


@cache
def language(code: str) -> Language:
    """The language of this ISO 639-1 code; imported when it is first asked for.

    Raises:
        ValueError: a language that nothing is written in.
    """
    if code not in _MODULES:
        raise ValueError(f"expected one of {', '.join(LANGUAGES)}, found {code!r:.20}")
    found: Language = importlib.import_module(f"{__name__}.{_MODULES[code]}").LANGUAGE
    return found
