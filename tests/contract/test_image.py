"""The endpoint's image: its Dockerfile's steps, run in a scratch folder and started as by Vertex.

Nothing of the repository is on its path, nothing can be written, and nobody is root.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING

import click
import httpx
import numpy as np
import pytest

from clarity.pat.runtime import load
from infra.imports import reached
from tests.contract.dockerfile import Build, Stage, context, instructions
from tests.contract.endpoint_server import ENV, ROOT, b64, post, wait_until_healthy, week

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCKERFILE = ROOT / "infra/endpoint/Dockerfile"
GIVEN = {"VERSION": "1.2.3", "REVISION": "0" * 40, "SOURCE": "https://example.org/clarity"}
MAX_MIB = 260  # of what the CPU's image adds to its base


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    """A folder that anybody may read: pytest's own are root's alone."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def build(scratch: Path, variant: str, *, run: bool) -> tuple[Stage, Build]:
    files = context(ROOT, scratch / f"{variant}-context")
    made = Build(DOCKERFILE, files, scratch / variant, GIVEN | {"VARIANT": variant}, run=run)
    return made.image(), made


@pytest.fixture(scope="module")
def cpu(scratch) -> Stage:
    """The CPU's image, with what its requirements name installed by its own RUN."""
    return build(scratch, "cpu", run=True)[0]


@pytest.fixture(scope="module")
def gpu(scratch) -> Stage:
    """The GPU's image but for its packages: those weigh gigabytes."""
    return build(scratch, "gpu", run=False)[0]


def as_nobody(image: Stage) -> tuple[str, ...]:
    """The words that make a command run as the image's user, where the tests are root."""
    if os.geteuid() != 0:
        return ()
    uid, _, gid = image.user.partition(":")
    ways = (
        ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"),
        # Where this Python is below root's home: that user's number, and nobody's powers.
        ("unshare", "--user", f"--map-user={uid}", f"--map-group={gid}"),
    )
    # Where a home is closed, Python may start all the same, with another one's library.
    ask = f"import os, sys; assert (os.getuid(), sys.base_prefix) == ({uid}, {sys.base_prefix!r})"
    for way in ways:
        tried = [*way, sys.executable, "-c", ask]
        if (
            shutil.which(way[0])
            and not subprocess.run(tried, check=False, capture_output=True).returncode
        ):
            return way
    pytest.skip(f"neither setpriv nor unshare can run {sys.executable} as user {uid}")


# Not a byte into any file, wherever it may be.
NO_FILES = ("sh", "-c", 'ulimit -f 0; exec "$@"', "sh")


@contextmanager
def started(
    image: Stage, seal: tuple[str, ...] = NO_FILES
) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """The entry point, as Vertex starts it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    env = image.environment() | ENV | {"AIP_HTTP_PORT": port, "HOME": "/"}
    process = subprocess.Popen(
        [*as_nobody(image), *seal, *image.entrypoint],
        cwd=image.path(image.workdir),
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield process, client
    finally:
        process.kill()
        process.communicate(timeout=30)


def healthy(image: Stage, **variables: str) -> bool:
    """What the image's HEALTHCHECK says."""
    env = image.environment() | ENV | variables
    return not subprocess.run(
        image.healthcheck, check=False, env=env, capture_output=True
    ).returncode


def test_the_image_alone_answers_predictions_and_explanations_and_writes_nothing(cpu, scratch):
    began = time.monotonic()
    before = set(scratch.rglob("*"))
    with started(cpu) as (process, client):
        wait_until_healthy(client.get)
        ready_s = time.monotonic() - began
        port = {"AIP_HTTP_PORT": str(client.base_url.port)}
        asked = {"attention": True, "explanation": True}
        answer = post(client, {"instances": [b64(week())], "parameters": asked})
        assert healthy(cpu, **port)
        status = Path(f"/proc/{process.pid}/status").read_text()
        process.terminate()
        said, _ = process.communicate(timeout=60)
    assert not healthy(cpu, **port)

    assert "Application shutdown complete" in said
    (prediction,) = answer.raise_for_status().json()["predictions"]
    expected = load("small", cores=1).embed(week()[None])[0]
    assert np.abs(np.array(prediction["embedding"]) - expected).max() < 1e-5
    assert prediction.keys() >= {"attention", "explanation", "weights_sha256"}
    assert int(re.findall(r"CapEff:\s+(\w+)", status)[0], 16) == 0
    assert set(scratch.rglob("*")) == before
    click.echo(f"healthy after {ready_s:.1f} s, {size_mib(cpu.root):.0f} MiB above the base image")


def test_the_image_is_small_and_holds_its_requirements_and_nothing_else(cpu):
    site = cpu.path("/opt/pat/lib/python3.11/site-packages")
    installed = {
        (found.name.lower().replace("_", "-"), found.version)
        for found in distributions(path=[str(site)])
    }
    wanted = re.findall(r"^([a-z0-9-]+)==([^ ;\n]+)", requirements("cpu"), re.MULTILINE)

    assert installed == set(wanted)
    assert not [path for path in cpu.root.rglob("tests") if path.is_dir()]
    assert not [
        path
        for path in cpu.root.rglob("*")
        if path.name == "__pycache__" and not path.is_relative_to(cpu.path("/opt/pat"))
    ]
    assert size_mib(cpu.root) < MAX_MIB


@pytest.mark.parametrize("variant", ["cpu", "gpu"])
def test_what_an_image_copies_is_what_its_entry_point_reaches_and_the_weights(variant, request):
    home = request.getfixturevalue(variant).path("/srv")
    copied = {path.relative_to(home) for path in home.rglob("*") if path.is_file()}
    entry = ROOT / "infra/endpoint/main.py"
    weights = (ROOT / "shared/clarity/pat/data").rglob("*.*")
    sources = {*reached(entry).values(), entry, *weights}

    assert copied == {
        path.relative_to(ROOT / "shared" if path.is_relative_to(ROOT / "shared") else ROOT)
        for path in sources
    }


@pytest.mark.parametrize("variant", ["cpu", "gpu"])
def test_an_image_runs_as_nobody_and_says_where_it_comes_from(variant, request):
    image: Stage = request.getfixturevalue(variant)

    assert image.user == "10001:10001"
    said = {name.rpartition(".")[2]: value for name, value in image.labels.items()}
    assert said["version"] == GIVEN["VERSION"]
    assert said["revision"] == GIVEN["REVISION"]
    assert said["source"] == GIVEN["SOURCE"]
    assert said["licenses"] == "Apache-2.0"


def test_every_base_is_pinned_by_its_digest(scratch):
    made = [build(scratch / "bases", variant, run=False)[1] for variant in ("cpu", "gpu")]

    bases = {base for each in made for base in each.bases}
    assert bases
    assert all(re.fullmatch(r"python:3\.11-\S+@sha256:[0-9a-f]{64}", base) for base in bases)


@pytest.mark.parametrize("variant", ["cpu", "gpu"])
def test_what_is_installed_is_pinned_as_in_the_lock_and_by_hash(variant):
    def pins(text: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\n]+)", text, re.MULTILINE))

    ours, lock = pins(requirements(variant)), pins((ROOT / "requirements.txt").read_text())
    runtimes = {"openvino": variant == "cpu", "tensorflow": variant == "gpu"}

    assert ours.keys() - lock.keys() <= {name for name in ours if name.startswith("nvidia-")}
    assert all(lock.get(name, version) == version for name, version in ours.items())
    assert {name: name in ours for name in runtimes} == runtimes
    blocks = re.split(r"\n(?=[a-z])", requirements(variant))[1:]
    assert len(blocks) == len(ours)
    assert all("--hash=sha256:" in block for block in blocks)
    installs = [rest for word, rest in instructions(DOCKERFILE.read_text()) if "pip" in rest]
    assert [("--require-hashes" in each, "--no-cache-dir" in each) for each in installs] == [
        (True, True)
    ]


def test_the_gpu_image_does_not_serve_from_the_cpu(gpu, scratch):
    if Path("/dev/nvidiactl").exists():
        pytest.skip("this machine has a GPU")
    image = replace(gpu, env=gpu.env | {"CUDA_VISIBLE_DEVICES": "-1"})

    with started(image, seal=()) as (process, _):  # TensorFlow asks for a /tmp to write to
        said, _ = process.communicate(timeout=120)

    assert process.returncode == 1
    assert "--require-gpu: expected a GPU, TensorFlow finds none" in said


def requirements(variant: str) -> str:
    return (ROOT / f"infra/endpoint/requirements-{variant}.txt").read_text()


def size_mib(folder: Path) -> float:
    """What its files take, each counted once."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20
