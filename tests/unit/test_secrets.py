"""Secrets come from the environment, and go nowhere that anybody reads."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from clarity.cli import main as clarity
from clarity.settings import InsightsSettings, SettingsError
from infra.local.__main__ import cli
from infra.local.supervisor import commands, exports
from infra.local.topology import Ports, function_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "AIza-the-key-that-nobody-may-read"
PORTS = Ports(*range(1, len(fields(Ports)) + 1))
ENVIRONMENT = function_environment(PORTS, pat_model_id="m", gemini={"GEMINI_API_KEY": KEY})


def all_commands(group: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from all_commands(command, (*path, name))


def command_at(group: click.Command, path: tuple[str, ...]) -> click.Command:
    for name in path:
        assert isinstance(group, click.Group)
        group = group.commands[name]
    return group


EVERY = [
    pytest.param(group, path, id=" ".join((name, *path)))
    for name, group in (("clarity", clarity), ("infra.local", cli))
    for path in all_commands(group)
]


def test_settings_do_not_show_the_key() -> None:
    settings = InsightsSettings.from_env(ENVIRONMENT)

    assert settings.gemini_api_key == KEY
    assert KEY not in repr(settings)


@pytest.mark.parametrize("wrong", [{}, {"GEMINI_DAILY_CALLS": "many"}, {"GEMINI_MODEL": ""}])
def test_what_is_wrong_with_settings_is_said_without_the_key(wrong) -> None:
    environment = ENVIRONMENT | wrong if wrong else {"GEMINI_API_KEY": KEY}

    with pytest.raises(SettingsError) as caught:
        InsightsSettings.from_env(environment)

    assert KEY not in str(caught.value)


@pytest.mark.parametrize(("group", "path"), EVERY)
def test_no_command_takes_a_secret_or_shows_the_one_in_the_environment(group, path) -> None:
    command = command_at(group, path)
    given = {word for each in command.params for word in str(each.name).split("_")}

    shown = CliRunner().invoke(group, [*path, "--help"], env={"GEMINI_API_KEY": KEY})

    assert not given & {"key", "token", "secret", "password", "credentials"}
    assert shown.exit_code == 0
    assert KEY not in shown.output


def test_processes_are_given_the_key_where_no_list_of_them_shows_it(tmp_path: Path) -> None:
    started = commands(tmp_path, PORTS, {"GEMINI_API_KEY": "another"}, "m", {"GEMINI_API_KEY": KEY})

    holders = {each.name for each in started if KEY in each.environment.values()}
    assert holders == {"insights"}
    for each in started:
        assert KEY not in repr(each)
        assert KEY not in " ".join(each.arguments)
        assert "another" not in each.environment.values()
    assert KEY not in exports(PORTS)


@pytest.mark.parametrize("command", ["up", "demo", "status"])
def test_the_embedded_cloud_fails_without_a_word_of_the_key(tmp_path: Path, command: str) -> None:
    (tmp_path / "state").write_text("no folder")

    result = CliRunner().invoke(
        cli, [command, "--state", str(tmp_path / "state")], env={"GEMINI_API_KEY": KEY}
    )

    assert result.exit_code != 0
    assert KEY not in result.output + repr(result.exception)
