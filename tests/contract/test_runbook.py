"""The runbook's commands exist with their options, name what there is, and run where they can.

What needs Google Cloud is read word by word; the blocks marked `local` are run against the embedded
cloud, in their order.
"""

from __future__ import annotations

import importlib
import itertools
import re
import runpy
import shlex
import shutil
import string
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import hcl2
import pytest
from click.testing import CliRunner

from clarity.cli import main as clarity
from clarity.domain import errors
from clarity.steps.sweep import COUNTS
from infra.local.topology import (
    LOCATION,
    PAT_ENDPOINT,
    PROJECT,
)
from tests.cloud import REPOSITORY, Cloud, cloud_process, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

GCP = REPOSITORY / "infra/gcp"
RUNBOOK = (REPOSITORY / "infra/README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)( local)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# In prose, over the end of a line too.
CODE = re.compile(r"`([^`]+)`")
BLOCKS = [(kind, bool(local), text) for kind, local, text in BLOCK.findall(RUNBOOK)]
PROSE = BLOCK.sub("", RUNBOOK)
INLINE = [" ".join(each.split()) for each in CODE.findall(PROSE)]
WORD = re.compile(r"[a-z]+(?:_[a-z]+)+(?:\.[a-z_]+)?|[a-z]+\.[a-z_]+")
INNER = re.compile(r"\$\(((?:[^()]|\([^()]*\))+)\)")
SEPARATORS = {"|", ";", "&&", "do", "done", "then", "fi"}


def commands(text: str) -> Iterator[list[str]]:
    """The simple commands of a block; those inside `$(...)` too; in a loop, for each value."""
    for inner in INNER.findall(text):
        yield shlex.split(inner)
    name, values = "", [""]
    for words in simple(text):
        if words[0] == "for":
            name, values = words[1], words[3:]
            continue
        looped = name and any(f"${name}" in word for word in words)
        for value in values if looped else [""]:
            yield [word.replace(f"${name}", value) if looped else word for word in words]


def simple(text: str) -> Iterator[list[str]]:
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(INNER.sub("$INNER", line), comments=True)
        for found, group in itertools.groupby(
            (word.rstrip(";") for word in words), SEPARATORS.__contains__
        ):
            if not found:
                yield list(group)


SHELL = [words for kind, _, text in BLOCKS if kind == "sh" for words in commands(text) if words] + [
    shlex.split(each) for each in INLINE if each.split(" ")[0] in {"clarity", "make", "gcloud"}
]


def starting(*first: str) -> list[list[str]]:
    """The arguments of the commands that begin so."""
    return [words[len(first) :] for words in SHELL if tuple(words[: len(first)]) == first]


def tree() -> dict[str, Any]:
    """Everything that the Terraform files declare: block type to what is in it."""
    found: dict[str, list[Any]] = {}
    for file in sorted(GCP.glob("*.tf")):
        for kind, blocks in hcl2.loads(file.read_text(encoding="utf-8")).items():
            if isinstance(blocks, list):
                found.setdefault(kind, []).extend(blocks)
    return found


def plain(value: object) -> str:
    return str(value).strip('"')


def keys(mapping: dict[str, Any]) -> set[str]:
    return {plain(key) for key in mapping if not key.startswith("__")}


TREE = tree()
VARIABLES = {plain(name): body for each in TREE["variable"] for name, body in each.items()}
OUTPUTS = {plain(name) for each in TREE["output"] for name in each}
LOCALS: dict[str, Any] = {
    plain(name): value
    for each in TREE["locals"]
    for name, value in each.items()
    if not name.startswith("__")
}


def checked(command: click.Command, words: list[str]) -> None:
    """Each option is one of the command's, and nothing else is left over."""
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"{command.name} has no command {words[0]}"
        command, words = found, words[1:]
    options = {
        name: option
        for option in command.params
        if isinstance(option, click.Option)
        for name in (*option.opts, *option.secondary_opts)
    }
    arguments = sum(isinstance(each, click.Argument) for each in command.params)
    rest = iter(words)
    given = 0
    for word in rest:
        if not word.startswith("-"):
            given += 1
            continue
        name = word.partition("=")[0]
        assert name in options, f"{command.name} has no option {name}"
        if not options[name].is_flag and "=" not in word:
            next(rest)
    assert given <= arguments, f"{command.name} takes {arguments} arguments, found {words}"


def test_it_is_short() -> None:
    assert len(RUNBOOK.splitlines()) <= 250


def test_every_clarity_command_exists_with_its_options() -> None:
    found = starting("clarity")

    assert len(found) > 15
    for words in found:
        checked(clarity, words)


def test_every_module_exists_with_its_options() -> None:
    found = starting("python", "-m")

    assert found
    for module, *words in found:
        loaded = importlib.import_module(module)
        command = getattr(loaded, "main", None)
        assert isinstance(command, click.Command), module
        checked(command, words)


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))

    wanted = {word for words in starting("make") for word in words}
    assert wanted
    assert wanted <= targets


def test_terraform_is_given_variables_and_files_that_there_are() -> None:
    found = starting("terraform")
    files = {file.name for file in (GCP / "env").glob("*.tfvars")}

    assert files == {"dev.tfvars", "prod.tfvars"}
    assert len(found) > 5
    for words in found:
        assert words[0] == "-chdir=infra/gcp", words
        for word in words:
            if word.startswith("-var-file="):
                assert word == "-var-file=env/$ENVIRONMENT.tfvars"
            elif word.startswith("-var="):
                assert word.split("=")[1] in VARIABLES, word
        if words[1] in {"plan", "apply", "destroy"} and words[-1] != "tfplan":
            assert "-var-file=env/$ENVIRONMENT.tfvars" in words, words
        if words[1] == "output":
            assert words[-1] in OUTPUTS, words
    for name in re.findall(r"TF_VAR_([a-z_]+)", RUNBOOK):
        assert name in VARIABLES


def test_every_variable_without_a_default_is_given() -> None:
    needed = {name for name, body in VARIABLES.items() if "default" not in one(body)}
    exported = set(re.findall(r"TF_VAR_([a-z_]+)", RUNBOOK))

    for file in (GCP / "env").glob("*.tfvars"):
        assert needed <= exported | keys(hcl2.loads(file.read_text())), file.name


def one(body: object) -> dict[str, Any]:
    """A block's content, in a list of one or not."""
    found = body[0] if isinstance(body, list) else body
    assert isinstance(found, dict)
    return found


def test_every_variable_of_the_shell_is_exported_or_said_how_to_find() -> None:
    used = set(re.findall(r"\$\{?([A-Z_]{2,})", RUNBOOK)) - {"PWD"}
    given = set(re.findall(r"\b([A-Z_]{2,})=", RUNBOOK)) | {
        each for each in INLINE if each.isupper()
    }

    assert len(used) > 10
    assert used <= given


def test_what_terraform_forgets_is_what_refuses_to_go() -> None:
    kept = {
        f"{plain(kind)}.{plain(name)}"
        for each in TREE["resource"]
        for kind, named in each.items()
        for name, body in named.items()
        if "prevent_destroy" in str(body)
    }
    forgotten = {words[-1].partition("[")[0] for words in starting("terraform") if "rm" in words}

    assert forgotten == kept


def test_an_account_that_is_named_there_is_and_what_calls_a_function_is_held_back() -> None:
    for name in re.findall(r"clarity-([a-z]+)@", RUNBOOK):
        assert name in keys(LOCALS["accounts"])
    held = {words[1] for words in starting("gcloud", "run", "services") if "remove" in words[0]}
    called = {"park"} | held  # park writes nothing into the database

    assert called == keys(LOCALS["functions"])
    assert LOCALS["max_event_age_seconds"] == 6 * 3600, "six hours, says Restore"


def test_every_word_that_looks_like_a_setting_is_one() -> None:
    codes = {each.code for each in vars(errors).values() if hasattr(each, "code")}
    others = {"cloudbuild.yaml", "plan.txt", "prevent_destroy", *codes, *COUNTS}
    others |= keys(LOCALS["collections"])

    shown = {each for each in INLINE if WORD.fullmatch(each)}
    assert len(shown) > 10
    for word in shown - others:
        name, _, inner = word.partition(".")
        if name == "clarity":
            assert inner in keys(LOCALS["custom_roles"]), word
            continue
        assert name in VARIABLES, word
        if inner:
            assert re.search(rf"\b{inner}\b", str(VARIABLES[name])), word


def test_every_name_in_google_cloud_is_terraform_s() -> None:
    topics, pushes = keys(LOCALS["topics"]), keys(LOCALS["pushes"])
    secrets = set(re.findall(r"[a-z][a-z-]+", str(LOCALS["secrets"]))) - {"toset"}
    for words in starting("gcloud", "pubsub", "subscriptions"):
        assert words[1] in pushes | {"clarity-dead-letters"}, words
    for words in starting("gcloud", "secrets", "versions"):
        name = next((w.partition("=")[2] for w in words if w.startswith("--secret=")), words[1])
        assert name in secrets, words
    for words in starting("gcloud", "run", "services"):
        assert words[1] in keys(LOCALS["functions"]), words
    for name in re.findall(r"gs://\$PROJECT-([a-z]+)", RUNBOOK):
        assert name in keys(LOCALS["buckets"]) | {"terraform"}, name
    scripts = "".join(text for kind, _, text in BLOCKS if kind == "python")
    for name in re.findall(r'"((?:health|clarity)-[a-z-]+)"', scripts):
        assert name in topics, name
    for name in re.findall(r"`clarity-(plan|apply)`", RUNBOOK):
        assert name in keys(LOCALS["stages"])


def test_google_s_own_accounts_exist_before_they_are_given_rights() -> None:
    loop = re.search(r"for service in ([a-z ]+);", RUNBOOK)
    agents = re.findall(
        r"^ +([a-z]+) += \"(?:gcp-sa|gcf|gs|serverless)", (GCP / "kms.tf").read_text(), re.MULTILINE
    )

    assert loop is not None
    made = {*loop.group(1).split(), "storage"}  # storage's by a command of its own
    assert len(agents) > 5
    assert {{"functions": "cloudfunctions"}.get(name, name) for name in agents} <= made
    assert starting("gcloud", "storage", "service-agent")


def test_every_alert_is_explained_and_names_a_section_that_is_there() -> None:
    alerts = LOCALS["alerts"]
    rows = {
        word
        for line in RUNBOOK.splitlines()
        if line.startswith("| `")
        for word in CODE.findall(line.split("|")[1])
    }
    headings = set(re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE))

    assert rows == keys(alerts)
    for name in alerts:
        if not name.startswith("__"):
            assert plain(alerts[name]["section"]) in headings, name


def gcloud_tree() -> dict[str, Any]:
    """The commands and flags of the Cloud SDK that is installed, as it completes them."""
    command = shutil.which("gcloud")
    file = Path(command or ".").resolve().parents[1] / "data/cli/gcloud_completions.py"
    if command is None or not file.is_file():
        pytest.skip("needs the Cloud SDK with its table of commands, which is not here")
    found: dict[str, Any] = runpy.run_path(str(file))["STATIC_COMPLETION_CLI_TREE"]
    return found


def test_every_gcloud_command_exists_with_its_flags() -> None:
    root = gcloud_tree()
    wide = {*root["flags"], "--limit", "--filter"}  # of every list and read

    found = [words for words in starting("gcloud") if words]
    assert len(found) > 20
    for words in found:
        node, rest = root, list(words)
        while rest and rest[0] in node["commands"]:
            node = node["commands"][rest.pop(0)]
        assert not node["commands"], f"gcloud {' '.join(words)}: no such command"
        for flag in (word.partition("=")[0] for word in rest if word.startswith("--")):
            assert flag in {*node["flags"], *wide}, f"gcloud {' '.join(words)}: no flag {flag}"


def test_the_dockerfile_takes_the_argument_that_it_is_given() -> None:
    for words in starting("docker", "build"):
        file = REPOSITORY / words[words.index("--file") + 1]
        name = words[words.index("--build-arg") + 1].partition("=")[0]
        assert f"ARG {name}" in file.read_text()
    assert starting("docker", "build")


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A cloud of its own, and what the runbook exports, as if it were the project."""
    with cloud_process(tmp_path_factory.mktemp(uuid.uuid4().hex)) as cloud:
        exported = {
            "PROJECT": PROJECT,
            "REGION": LOCATION,
            "PAT_ENDPOINT": PAT_ENDPOINT,
            "IMAGE": f"{LOCATION}-docker.pkg.dev/{PROJECT}/clarity/pat",
            "COMMIT": "0123456789abcdef0123456789abcdef01234567",
        }
        with environment(cloud.variables | exported):
            yield cloud


def test_what_can_run_without_google_cloud_runs_in_its_order(tried, monkeypatch) -> None:
    ran = []
    for number, (_, local, text) in enumerate(each for each in BLOCKS if each[0] == "sh"):
        monkeypatch.setenv("DIGEST", f"sha256:{number:064x}")
        if not local:
            continue
        if "--traffic" in text:  # an upgrade begins with another image
            register(tried)
        for words in commands(text):
            assert words[0] == "clarity", words
            result = CliRunner().invoke(clarity, [expanded(word) for word in words[1:]])
            assert result.exit_code == 0, (words, result.output)
            ran.append(" ".join(words[1:3]))

    ours = {"person erase", "audit verify"}
    assert {"model register", "model rollback", "model park", "model unpark", *ours} <= {*ran}
    assert ran.count("cost --people") == 2


def register(cloud: Cloud) -> None:
    words = next(words for words in starting("clarity") if words[:2] == ["model", "register"])
    result = CliRunner().invoke(clarity, [expanded(word) for word in words])
    assert result.exit_code == 0, (cloud, result.output)


def expanded(word: str) -> str:
    import os  # noqa: PLC0415  what a shell would do

    return string.Template(word).substitute(os.environ)  # noqa: TID251  as a shell
