"""What the numbers of `clarity pat evaluate` say, in words, and what they leave open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clarity.pat import probes, trials
from clarity.pat.networks import NETWORKS

if TYPE_CHECKING:
    from clarity.pat.artifact import Artifact
    from clarity.pat.scoring import Estimate
    from clarity.pat.trials import Finding, Settings

HIGHER, LOWER, OVERLAP = "apart, higher", "apart, lower", "overlap"
ABOUT = {
    "probe": "logistic regression on the frozen embedding",
    "metrics": "logistic regression on published activity metrics",
    "summaries": "logistic regression on label-free summaries, which pretraining can also teach",
    "both": "logistic regression on embedding and metrics",
    "finetune": "the whole PAT, trained on from its weights",
    "scratch": "the same PAT, trained from random weights",
    "cnn1d": "the paper's CNN-1D (32-64), from random weights",
    "cnn3d": "the paper's CNN-3D (32-64-128), from random weights",
}
PAPER_CAVEAT = (
    "Ruan et al. 2024, largest training set: wrist MIMS of NHANES 2013-2014, 2,000 people to test "
    "on, all ages, one split. Another wave, device, signal and age: beside, not against."
)


@dataclass(frozen=True, slots=True)
class Report:
    """All that is shown: the model, what is to be said about it, the numbers, how they came."""

    source: Artifact
    note: str
    findings: list[Finding]
    inner: dict[str, float]
    how: list[str]


def beside(finding: Finding, arm: str, reference: str = "metrics") -> str:
    """Where the arm's interval lies beside the reference's; empty for the reference itself."""
    if arm == reference or reference not in finding.auc:
        return ""
    ours, theirs = finding.auc[arm], finding.auc[reference]
    if ours.overlaps(theirs):
        return OVERLAP
    return HIGHER if ours.low > theirs.high else LOWER


def sign(over: Estimate) -> str:
    """Whether the interval of a difference leaves 0 out, and on which side."""
    if over.low > 0:
        return "above 0"
    return "below 0" if over.high < 0 else "holds 0"


def signed(over: Estimate | None) -> str:
    """A difference with its interval, empty if there is none."""
    return f"{over.value:+.3f} [{over.low:+.3f}, {over.high:+.3f}]" if over else ""


def sentence(finding: Finding, reference: str) -> str:
    """Which arms are above, beside and below a reference; empty if there is nothing to say."""
    others = [arm for arm in finding.auc if arm != reference]
    if reference not in finding.auc or not others:
        return ""
    place = {arm: beside(finding, arm, reference) for arm in others}
    over = finding.over[reference]
    level = ", ".join(
        f"{arm} (difference {sign(over[arm])})" for arm in others if place[arm] == OVERLAP
    )
    above = ", ".join(arm for arm in others if place[arm] == HIGHER)
    below = ", ".join(arm for arm in others if place[arm] == LOWER)
    return (
        f"{finding.label} against {reference}: above with intervals apart: {above or 'none'}; "
        f"overlapping: {level or 'none'}; below with intervals apart: {below or 'none'}."
    )


def sentences(findings: list[Finding]) -> list[str]:
    """One a label and reference."""
    said = [sentence(finding, name) for finding in findings for name in trials.REFERENCES]
    return [each for each in said if each]


def how(
    findings: list[Finding], settings: Settings, inner: dict[str, float], *, across: bool
) -> list[str]:
    """How the numbers came about, a paragraph each."""
    whom = "people of the test folder" if across else "people whom its model never saw"
    counts = [f for f in findings if not f.reason]
    dealt = (
        f" A split of {counts[0].label}: {counts[0].trained_on:,} people train, "
        f"{counts[0].stopped_on:,} decide when a network stops (a logistic regression trains on "
        "both)."
        if counts
        else ""
    )
    return [
        f"AUC on {whom}, mean of {settings.splits} splits; brackets: 95 % percentile interval of "
        f"{settings.resamples:,} resamples of the scored people, the same ones for every arm, so "
        "that a difference has an interval of its own. It says how sure the AUC is for more such "
        "people, not for other training people; the splits' own spread is in the file of --out. "
        "Intervals that overlap can hide a difference whose own interval leaves 0 out. None is "
        f"corrected for the number of labels and arms. Adults only.{dealt}",
        f"metrics: {probes.DEFINITIONS[trials.stronger(inner)]}. Chosen for all labels by the mean "
        "AUC of cross-validation within the training people: "
        + ", ".join(f"{name} {value:.4f}" for name, value in inner.items())
        + ".",
        "Pretraining reads the minutes without labels; whose, the model card says.",
        *_networks(settings),
    ]


def _networks(settings: Settings) -> list[str]:
    """The budget of the networks, nothing if there are none."""
    if not set(settings.arms) & set(NETWORKS):
        return []
    budget = settings.budget
    return [
        f"Networks: at most {budget.epochs} passes, ended by {budget.patience} without a higher "
        f"validation AUC, Adam at {budget.rate:g} from given and {budget.scratch_rate:g} from "
        f"random weights, class weights, computed in {budget.number}. The paper's CNNs had the "
        "authors' layers and thousands of passes at 1e-5."
    ]
