"""Made-up weeks and models to try, and `clarity pat` over the embedded Firestore."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from click.testing import CliRunner

from clarity.cli import main
from clarity.pat import artifact, weights
from tests.contract.firestore_servers import connect
from tests.contract.servers import PROJECT, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result
    from google.cloud.firestore import Client

    Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]

SHIPPED = ROOT / "shared/clarity/pat/data/pat-s-nhanes-steps"
WEEK = 10_080


def emptied(address: str) -> Iterator[Client]:
    """The project's documents, and none of an earlier test."""
    client = connect(address)
    for collection in client.collections():
        client.recursive_delete(collection)
    yield client
    client.close()


def weeks_in(folder: Path) -> Path:
    """Made-up weeks of forty people who walk by day, each at their own level and hours."""
    rng, people = np.random.default_rng(1), 40
    minute = np.arange(WEEK) % 1440
    rise, bed = rng.normal(420, 45, (people, 1)), rng.normal(1350, 45, (people, 1))
    level = rng.gamma(4, 3, (people, 1)) * ((minute > rise) & (minute < bed))
    bouts = np.repeat(rng.random((people, WEEK // 30)) < 0.3, 30, axis=1)
    path = folder / "weeks.npz"
    steps = rng.poisson(level * (0.2 + 2 * bouts)).astype(np.float32)
    np.savez(path, steps=steps, person=np.arange(people), label=np.full(people, np.nan))
    return path


def model_in(folder: Path, name: str, change: Change) -> Path:
    """An artifact like the shipped one, of weights that something was done to."""
    source, rng = artifact.open_folder(SHIPPED), np.random.default_rng(3)
    changed = {
        tensor: change(array, rng).astype(np.float32) for tensor, array in source.weights.items()
    }
    weights.save(folder / "weights.h5", changed, source.config)
    shutil.copy(SHIPPED / "scaler.npz", folder)
    digest = artifact.sha256(folder / "weights.h5")
    manifest = replace(source.manifest, model_id=f"pat-{name}", weights_sha256=digest)
    artifact.write_manifest(manifest, folder / "manifest.json")
    return folder


def noisy(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return array + array.std() * rng.standard_normal(array.shape)


def a_little_off(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return array * (1 + 1e-6 * rng.standard_normal(array.shape))


def silent(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Nearly nothing of it is left: what it says of all weeks is alike."""
    return array * 1e-4 + 1e-6 * rng.standard_normal(array.shape)


def tried(client: Client, *arguments: object, project: str = PROJECT, **given: str) -> Result:
    """Run `clarity pat` beside these documents, with these variables."""
    command = ["pat", *map(str, arguments), *(["--project", project] if project else [])]
    variables = {"FIRESTORE_EMULATOR_HOST": client._emulator_host, **given}
    return CliRunner(env=variables).invoke(main, command)


def decisions(client: Client) -> list[dict[str, Any]]:
    found = [each.to_dict() or {} for each in client.collection("candidates").stream()]
    return sorted(found, key=lambda each: each["at"])


def ledger(client: Client) -> list[dict[str, Any]]:
    records = [each.to_dict() or {} for each in client.collection("ledger").stream()]
    return sorted(records, key=lambda each: each["sequence"])


def actions(client: Client) -> list[str]:
    return [each["action"] for each in ledger(client)]


def request(client: Client) -> None:
    """One, as the monitor opens it."""
    since = datetime(2026, 6, 1, tzinfo=UTC)
    fields = {"state": "open", "since": since, "created_at": since, "model": "pat-s", "people": 40}
    client.document("retraining_requests/r1").set({**fields, "what": ["daily_steps"]})
