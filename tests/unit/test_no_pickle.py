"""Nothing that is read may run code: no pickle, in whatever coat."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import pytest

from clarity.pat import explain, scaler, weeks
from clarity.pat.explain import UnreadableStepsError
from clarity.pat.labels import LabelError
from clarity.pat.weights import WeightsError, read_tensors
from tests.cloud import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

FORBIDDEN = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
# Calls that may unpickle or run what they read.
RUNNING = {
    "load_model",
    "model_from_json",
    "read_pickle",
    "eval",
    "exec",
    "unsafe_load",
    "full_load",
}
SOURCES = [
    file
    for folder in ("shared", "functions", "infra")
    for file in sorted((REPOSITORY / folder).rglob("*.py"))
]


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(
                function, "id", ""
            )  # fmt: skip
            yield name, node


def test_no_source_imports_what_unpickles_or_calls_what_runs() -> None:
    found = []
    for file in SOURCES:
        tree = ast.parse(file.read_text())
        for node in ast.walk(tree):
            names = [alias.name for alias in getattr(node, "names", []) if hasattr(alias, "name")]
            module = getattr(node, "module", None) or ""
            if isinstance(node, ast.Import | ast.ImportFrom):
                roots = {name.partition(".")[0] for name in [module, *names]}
                found += [f"{file}: {root}" for root in roots & FORBIDDEN]
        found += [f"{file}: {name}" for name, _ in calls(tree) if name in RUNNING]

    assert len(SOURCES) > 100
    assert not found


def test_no_array_is_loaded_with_pickle_allowed() -> None:
    allowed = [
        f"{file}:{call.lineno}"
        for file in SOURCES
        for _, call in calls(ast.parse(file.read_text()))
        for option in call.keywords
        if option.arg == "allow_pickle" and ast.unparse(option.value) != "False"
    ]

    assert not allowed


class Trap:
    """What unpickles by touching a file."""

    def __init__(self, touched: Path) -> None:
        self.touched = touched

    def __reduce__(self) -> Any:
        return Path.touch, (self.touched,)


def trapped(path: Path, touched: Path, *names: str) -> Path:
    array = np.array([Trap(touched)], dtype=object)
    np.savez(path, allow_pickle=True, **dict.fromkeys(names, array))
    return path


def test_the_trap_works(tmp_path) -> None:
    path = trapped(tmp_path / "trap.npz", tmp_path / "touched", "a")

    with np.load(path, allow_pickle=True) as stored:
        stored["a"]

    assert (tmp_path / "touched").exists()


@pytest.mark.parametrize(
    ("load", "names"),
    [
        (scaler.load, ("mean", "sd", "cap", "provenance", "signal")),
        (lambda path: weeks.read(path, "label", "steps"), ("steps", "person", "label")),
        (lambda path: explain.read_steps(path, 10_080), ("a",)),
    ],
    ids=["scaler", "weeks", "steps"],
)
def test_a_pickle_in_a_file_of_arrays_is_refused_unopened(tmp_path, load, names) -> None:
    path = trapped(tmp_path / "trap.npz", tmp_path / "touched", *names)

    with pytest.raises((ValueError, UnreadableStepsError, LabelError)):
        load(path)

    assert not (tmp_path / "touched").exists()


def test_a_pickle_in_place_of_weights_is_refused_unopened(tmp_path) -> None:
    path = tmp_path / "weights.h5"
    path.write_bytes(pickle.dumps(Trap(tmp_path / "touched")))

    with pytest.raises(WeightsError):
        read_tensors(path)

    assert not (tmp_path / "touched").exists()


def test_weights_whose_groups_lie_in_themselves_are_refused(tmp_path) -> None:
    path = tmp_path / "weights.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("a")
        group["a"] = group

    with pytest.raises(WeightsError):
        read_tensors(path)


def test_weights_that_unpack_to_more_than_a_model_or_lie_elsewhere_are_refused(tmp_path) -> None:
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["a"] = np.zeros(3, np.float32)
    (tmp_path / "raw").write_bytes(bytes(12))
    for name in ("bomb", "link", "raw"):
        with h5py.File(tmp_path / f"{name}.h5", "w") as file:
            if name == "bomb":
                file.create_dataset("a", (1 << 32,), "f4", compression="gzip")
            elif name == "link":
                file["a"] = h5py.ExternalLink(str(other), "/a")
            else:
                storage = [(str(tmp_path / "raw"), 0, h5py.h5f.UNLIMITED)]
                file.create_dataset("a", (3,), "f4", external=storage)

    for name, reason in (("bomb", "at most 1 GiB"), ("link", "another file"), ("raw", "itself")):
        with pytest.raises(WeightsError, match=reason):
            read_tensors(tmp_path / f"{name}.h5")
