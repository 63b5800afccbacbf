"""`python -m infra.terraform`: checks infra/gcp; `fmt`, `inventory`, `vendor` beside it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from infra.terraform import format as formatter
from infra.terraform import inventory as inventories
from infra.terraform import report, schema, vendor
from infra.terraform.configuration import read

ROOT = Path(__file__).parents[2]
FOLDER = "infra/gcp"


@click.group(invoke_without_command=True)
@click.option(
    "--root", type=click.Path(path_type=Path, exists=True), default=ROOT, help="A repository."
)
@click.option("--checkov/--no-checkov", default=True, help="Whether checkov is run too.")
@click.pass_context
def main(context: click.Context, root: Path, *, checkov: bool) -> None:
    """Check Terraform's files against the provider's schema, a policy, and the code."""
    context.obj = root
    if context.invoked_subcommand is not None:
        return
    start = time.monotonic()
    findings = [*report.check(root), *(report.scan(root) if checkov else ())]
    for finding in findings:
        click.echo(finding)
    count = f"{len(findings)} findings" if findings else "nothing to find fault with"
    click.echo(f"{FOLDER}: {count} ({time.monotonic() - start:.1f} s)")
    sys.exit(bool(findings))


@main.command()
@click.option("--write", is_flag=True, help="Write the files, instead of naming them.")
@click.pass_obj
def fmt(root: Path, *, write: bool) -> None:
    """Format Terraform's files, or say which are not formatted."""
    configuration = read(root / FOLDER)
    written = formatter.formatted(configuration.texts)
    changed = {name: text for name, text in written.items() if text != configuration.texts[name]}
    for name, text in changed.items():
        click.echo(f"{FOLDER}/{name}")
        if write:
            (root / FOLDER / name).write_text(text)
    sys.exit(bool(changed) and not write)


@main.command()
@click.option("--write", is_flag=True, help="Write it, instead of saying whether it is current.")
@click.pass_obj
def inventory(root: Path, *, write: bool) -> None:
    """Write down what the files come to: the check names each difference from it."""
    text, stored = report.standing(root), inventories.STORED
    current = stored.is_file() and stored.read_text() == text
    if write:
        stored.write_text(text)
    click.echo(f"{stored.name}: {text.count(chr(10))} lines, {'current' if current else 'another'}")
    sys.exit(not current and not write)


@main.command(name="vendor")
@click.argument("wheel", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def vendor_(root: Path, wheel: Path) -> None:
    """Write google.json from a WHEEL of cdktn-provider-google: what infra/gcp uses, no more."""
    used = {one.schema_name for one in read(root / FOLDER).resources.values()}
    text = vendor.vendored(wheel, used)
    schema.VENDORED.write_text(text)
    click.echo(f"{schema.VENDORED.name}: {len(used)} types, {len(text)} bytes")


if __name__ == "__main__":
    main()
