"""A Dockerfile's steps in a scratch folder, without Docker: what it copies, runs and starts.

The base image is this machine with the tests' Python. A stage is a folder that stands for `/`;
absolute paths in RUN, COPY and ENV are looked up below it.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_PATH_LIKE = re.compile(r"(?<=[\s=:\"])/(?=[a-z])")


@dataclass
class Stage:
    """What an image would hold and how it would be started."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "root"
    port: int = 0
    entrypoint: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """ENV, with those of its paths that are in the image."""
        return {name: self._here(value) for name, value in self.env.items()}

    def enter(self, folder: str) -> None:
        self.workdir = folder
        self.path(folder).mkdir(parents=True, exist_ok=True)

    def path(self, inside: str) -> Path:
        return self.root / inside.removeprefix("/")

    def _here(self, value: str) -> str:
        parts = value.split(":")
        there = [part.startswith("/") and self.path(part).is_dir() for part in parts]
        return ":".join(
            str(self.path(part)) if found else part
            for part, found in zip(parts, there, strict=True)
        )


def instructions(text: str) -> list[tuple[str, str]]:
    """(word, rest) of each instruction; comments are gone, continued lines are one."""
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    lines = re.sub(r"\\\n\s*", "", kept).splitlines()
    return [(word, rest.strip()) for word, _, rest in (x.partition(" ") for x in lines) if word]


def expand(text: str, known: dict[str, str]) -> str:
    """Docker's ${NAME}; a name that nothing defines is an error, where Docker would write ''."""
    return re.sub(r"\$\{(\w+)\}", lambda found: known[found[1]], text)


def pairs(text: str) -> dict[str, str]:
    """What ENV and LABEL set."""
    return {name: value for name, _, value in (each.partition("=") for each in shlex.split(text))}


def context(repository: Path, target: Path) -> Path:
    """The files that .dockerignore lets through: all are ignored, then some are not."""
    first, *others = [
        line
        for line in (repository / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert first == "*"
    assert all(line.startswith("!") for line in others)
    for pattern in others:
        for found in repository.glob(pattern.removeprefix("!")):
            files = found.rglob("*") if found.is_dir() else [found]
            for file in files:
                if file.is_file():
                    _link(file, target / file.relative_to(repository))
    return target


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


class Build:
    """One build: the stages that the last one needs, and no others."""

    def __init__(
        self, file: Path, context: Path, scratch: Path, arguments: dict[str, str], *, run: bool
    ) -> None:
        self._context, self._scratch, self._arguments, self._run = context, scratch, arguments, run
        self._known: dict[str, str] = {}
        self._stages: dict[str, list[tuple[str, str]]] = {}
        self._built: dict[str, Stage] = {}
        self.bases: list[str] = []
        name = ""
        for word, rest in instructions(file.read_text()):
            if word == "FROM":
                source, _, alias = rest.partition(" AS ")
                name = alias or "the image"
                self._stages[name] = [(word, expand(source, self._known))]
            elif name:
                self._stages[name].append((word, rest))
            else:
                self._argument(rest, self._known)

    def image(self) -> Stage:
        """The last stage."""
        return self._stage("the image")

    def _stage(self, name: str) -> Stage:
        if name not in self._built:
            (_, source), *steps = self._stages[name]
            stage = self._from(source, self._scratch / name.replace(" ", "-"))
            arguments: dict[str, str] = {}
            for word, rest in steps:
                self._step(stage, arguments, word, rest)
            self._built[name] = stage
        return self._built[name]

    def _from(self, source: str, root: Path) -> Stage:
        if source in self._stages:
            parent = self._stage(source)
            shutil.copytree(parent.root, root, symlinks=True, copy_function=os.link)
            return replace(parent, root=root, env=dict(parent.env), labels=dict(parent.labels))
        self.bases.append(source)
        root.mkdir(parents=True)
        return Stage(root, {"PATH": f"{Path(sys.executable).parent}:{os.defpath}"})

    def _argument(self, rest: str, known: dict[str, str]) -> None:
        name, _, default = rest.partition("=")
        known[name] = self._arguments.get(name, default or self._known.get(name, ""))

    def _step(self, stage: Stage, arguments: dict[str, str], word: str, rest: str) -> None:
        known = arguments | stage.env
        steps: dict[str, Callable[[], object]] = {
            "ARG": lambda: self._argument(rest, arguments),
            "ENV": lambda: stage.env.update(pairs(expand(rest, known))),
            "LABEL": lambda: stage.labels.update(pairs(expand(rest, known))),
            "COPY": lambda: self._copy(stage, expand(rest, known).split()),
            "RUN": lambda: self._shell(stage, rest, arguments),
            "WORKDIR": lambda: stage.enter(rest),
            "USER": lambda: setattr(stage, "user", rest),
            "EXPOSE": lambda: setattr(stage, "port", int(rest)),
            "ENTRYPOINT": lambda: setattr(stage, "entrypoint", json.loads(rest)),
            "HEALTHCHECK": lambda: setattr(
                stage, "healthcheck", json.loads(rest.partition("CMD ")[2])
            ),
        }
        steps[word]()

    def _copy(self, stage: Stage, words: list[str]) -> None:
        *sources, target = words
        place = stage.path(target if target.startswith("/") else f"{stage.workdir}/{target}")
        if sources[0].startswith("--from="):
            origin = self._stage(sources.pop(0).removeprefix("--from=")).root
        else:
            origin = self._context
        found = [path for source in sources for path in origin.glob(source.removeprefix("/"))]
        if len(found) < len(sources):
            if not self._run and origin != self._context:
                return  # what RUN would have made
            raise FileNotFoundError(f"COPY {' '.join(words)}")
        for path in found:
            if path.is_dir():
                shutil.copytree(path, place, symlinks=True, copy_function=os.link)
            else:
                _link(path, place / path.name if target.endswith("/") else place)

    def _shell(self, stage: Stage, command: str, arguments: dict[str, str]) -> None:
        if not self._run:
            return
        subprocess.run(
            ["sh", "-c", _PATH_LIKE.sub(f"{stage.root}/", command)],
            cwd=stage.path(stage.workdir),
            env=dict(os.environ) | arguments | stage.environment(),  # noqa: TID251  pip's index
            check=True,
            timeout=200,
        )
