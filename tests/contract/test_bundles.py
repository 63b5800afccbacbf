"""The bundles: what Cloud Functions gets, started with nothing but itself."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra import bundle

FUNCTIONS = ["ingest", "insights", "preprocess"]

# The editable install of this checkout is taken off the path, so that the bundle's own code runs.
_START = """
import sys
sys.path = [entry for entry in sys.path if not entry.rstrip("/").endswith("/shared")]
sys.path.insert(0, sys.argv[2])
from functions_framework import create_app
from importlib.metadata import packages_distributions
client = create_app(sys.argv[1], sys.argv[2] + "/main.py").test_client()
import clarity
print(clarity.__file__)
print(client.post("/", data=b"").status_code)
print([name for name in ("tensorflow", "keras", "h5py", "clarity.pat", "google.cloud.aiplatform",
                         "google.generativeai") if name in sys.modules])
import clarity.adapters.vertex
loaded = {name.partition(".")[0] for name in sys.modules}
print(sorted({found for name, known in packages_distributions().items() if name in loaded
              and name not in ("google", "clarity", "_distutils_hack") for found in known}))
"""


def test_every_function_is_bundled() -> None:
    assert bundle.functions() == FUNCTIONS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_same_sources_give_the_same_bytes(function, tmp_path) -> None:
    first = bundle.write(function, tmp_path / "a")
    second = bundle.write(function, tmp_path / "b")

    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_bundle_holds_the_door_its_requirements_and_no_model(function, tmp_path) -> None:
    with zipfile.ZipFile(bundle.write(function, tmp_path)) as archive:
        names = archive.namelist()

    assert {"main.py", "requirements.txt", "clarity/wiring.py"} <= set(names)
    assert not [name for name in names if "/pat/" in name or "__pycache__" in name]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_bundle_starts_alone_and_without_tensorflow(function, tmp_path) -> None:
    home = tmp_path / "home"
    with zipfile.ZipFile(bundle.write(function, tmp_path)) as archive:
        archive.extractall(home)

    started = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _START, function, str(home)],
        cwd=tmp_path,
        env={"PATH": ""},
        check=True,
        capture_output=True,
        text=True,
    )

    where, refused, forbidden, distributions = started.stdout.splitlines()[-4:]
    required = {
        line.partition("==")[0] for line in (home / "requirements.txt").read_text().splitlines()
    }
    assert Path(where) == home / "clarity" / "__init__.py"
    assert int(refused) in {400, 415}
    assert forbidden == "[]"
    loaded = {name.lower().replace("_", "-") for name in ast.literal_eval(distributions)}
    assert loaded <= required


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_door_only_translates(function) -> None:
    lines = (bundle.REPOSITORY / "functions" / function / "main.py").read_text().splitlines()

    assert len(lines) <= 40
    imported = {
        line.split()[1] for line in lines if line.startswith(("from clarity", "import clarity"))
    }
    assert imported == {"clarity", "clarity.adapters.cloudevent"}
