"""`clarity pat`: each command's module is imported when the command is asked for, not before.

So `clarity pat --help`, `info` and `verify` answer without TensorFlow's five seconds.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Final, NamedTuple

import click


class Lazy(NamedTuple):
    """Where a command is, and the line that the group's help has about it."""

    module: str
    attribute: str
    about: str


COMMANDS: Final = {
    "info": Lazy("clarity.pat.info", "info", "Sizes, parameter counts and the shipped weights."),
    "verify": Lazy("clarity.pat.verify", "verify", "What a weight file is, or why it is none."),
    "adopt": Lazy("clarity.pat.adopt", "adopt", "Make a bare weight file usable everywhere."),
    "explain": Lazy("clarity.pat.explain", "explain", "Where in a week the model looked: a page."),
    "export": Lazy("clarity.pat.export", "export", "The model for a phone or another runtime."),
    "evaluate": Lazy("clarity.pat.evaluate", "evaluate", "Does the embedding tell people apart?"),
    "finetune": Lazy("clarity.pat.finetune", "finetune", "Teach a head, or the whole, a label."),
    "merge": Lazy("clarity.pat.lora", "merge", "A low-rank adapter and its base, made one."),
    "risk": Lazy("clarity.pat.risk", "risk", "What a head says of a week, and how it did."),
    "pretrain": Lazy("clarity.pat.pretrain", "main", "Train an encoder on steps, no labels."),
    # By name only: they stand on the adapters, too.
    "requests": Lazy("clarity.studies.requests_cli", "requests", "What asks for retraining."),
    "candidate": Lazy("clarity.studies.candidate_cli", "candidate", "Is another model better?"),
    "reference": Lazy("clarity.studies.reference", "reference", "Whom weeks are compared with."),
}


class LazyGroup(click.Group):
    """A click group that knows its commands by name and imports the one that is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order that they are used in, not the alphabet's."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module and take the command from it."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        # TensorFlow reads it when imported; its note that there is no card hides what is said.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # noqa: TID251 - set, not read
        lazy = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(lazy.module), lazy.attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.about) for name, lazy in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def pat() -> None:
    """The Pretrained Actigraphy Transformer: a week of steps in, 96 numbers out.

    The numbers are an embedding. There is no head in the box: nothing here names a condition or a
    risk until you teach it one.

    \b
    First steps:
      clarity pat info                       what there is, and what is shipped
      clarity pat verify PAT-S_weights.h5    is this file what its name says?
      clarity pat explain steps.csv          which minutes of this week mattered
      clarity pat export --format onnx --out pat.onnx
      clarity pat finetune --help            teach it a label, and use that: clarity pat risk
    """  # noqa: D301 - \b is click's mark of lines that are not to be wrapped
