"""Who looks, by name: as long as a record keeps it, and not blank."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from clarity.cli import main


@pytest.mark.parametrize(
    "command",
    [["reviews", "list"], ["reviews", "show", "u", "j"], ["person", "erase", "u"]],
    ids=" ".join,
)
@pytest.mark.parametrize(("name", "found"), [("x" * 201, 201), (" ", 0)], ids=["long", "blank"])
def test_a_name_that_a_record_could_not_keep_is_refused(command, name, found) -> None:
    ran = CliRunner().invoke(main, [*command, "--project", "p", "--by", name])

    assert ran.exit_code == 2, ran.output
    assert f"expected 1 to 200 characters, found {found}" in ran.stderr
