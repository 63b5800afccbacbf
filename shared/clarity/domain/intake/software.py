"""What software sent an upload, as far as it says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# Of names and versions; what is longer, or holds anything else, is no version.
_FORM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,31}")


def software_of(document: Mapping[str, object]) -> dict[str, str]:
    """The upload's `os` and `app`, each with its version; what is not said is left out.

    >>> software_of({"device_info": {"system_name": "iOS", "system_version": "19.1", "x": 1}})
    {'os': 'iOS 19.1'}
    """
    device = document.get("device_info")
    said = device if isinstance(device, Mapping) else {}
    name, version, app = (
        _plain(said.get(field)) for field in ("system_name", "system_version", "app_version")
    )
    found = {"os": f"{name} {version}".strip(), "app": app}
    return {kind: text for kind, text in found.items() if text}


def _plain(value: object) -> str:
    return value if isinstance(value, str) and _FORM.fullmatch(value) else ""
