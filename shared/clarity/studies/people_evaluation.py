"""What the package says of generated people against what they really did.

A generated person is easier than a real one: their noise is independent, their devices do what the
generator's author knows that devices do, and nobody lies still for an hour with a book unless a
routine says so. A figure here says whether the chain from upload to metric is right and what it
cannot see; how well sleep is found in real people is measured by `clarity evaluate sleep`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from operator import and_
from typing import TYPE_CHECKING, Final

import numpy as np

from clarity.domain.metrics.activity_class import CLASSES
from clarity.domain.minutes.grid import MINUTES_PER_DAY
from clarity.sources.generated.people import STRANGERS
from clarity.studies.people_figures import FIGURES, drawn, row_figures
from clarity.studies.people_scoring import NEAR_MINUTES, phase_error, score, week_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from clarity.studies.people_scoring import Sums
    from clarity.studies.scores import Figure

CONSTANT: Final = "the same hour for all"
MAJORITY: Final = "the commonest class"
TRIVIAL: Final = {
    "wear": ("always worn",),
    "steps": ("sum of the devices", "the watch alone"),
    "sleep": (
        "always awake",
        "22:00 to 06:00",
        "23:00 to 07:00",
        "half an hour without steps",
    ),
    "periods": ("23:00 to 07:00",),
    "phase": (CONSTANT,),
    "rhythm": ("always a rhythm",),
    "activity": (MAJORITY, "cadence alone"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One way to answer, and how well it does."""

    name: str
    trivial: bool
    figures: dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Headline:
    """A goal, what reaches for it, and what that means.

    Attributes:
        name: Of the goal.
        topic: Table that it is in.
        row: Whose figure it is.
        figure: Which figure.
        goal: It must lie above.
        defined: What the figure is, in a sentence.
        means: What follows from it and what does not.
    """

    name: str
    topic: str
    row: str
    figure: str
    goal: float
    defined: str
    means: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A headline with its figure beside the best trivial answer."""

    headline: Headline
    value: Figure
    baseline: str
    baseline_value: Figure

    @property
    def met(self) -> bool:
        """Above the goal, and above what needs no thought."""
        return self.value.value > max(self.headline.goal, self.baseline_value.value)

    def words(self) -> str:
        """Whether the goal is met, said either way."""
        if not self.met:
            return "missed"
        sure = self.value.low > self.headline.goal
        return "met" if sure else "met, but the interval reaches below the goal"

    def to_document(self) -> dict[str, object]:
        """For a JSON file."""
        return {
            **asdict(self.headline),
            "value": asdict(self.value),
            "baseline": self.baseline,
            "baseline_value": asdict(self.baseline_value),
            "verdict": self.words(),
        }


HEADLINES: Final = (
    Headline(
        "sleep detection",
        "sleep",
        "ours, recorded sleep withheld",
        "accuracy",
        0.85,
        "share of the minutes with the watch on the wrist that are rightly called asleep or awake"
        " from movement and heart rate, the recorded sleep withheld",
        "generated sleepers lie stiller and their hearts slow down more evenly than real ones, and"
        " the detector's authors knew these routines, though not these weeks: it shows that naps,"
        " shifts and broken nights are handled, not how well real sleep is found",
    ),
    Headline(
        "sleep as recorded",
        "sleep",
        "ours, with recorded sleep",
        "accuracy",
        0.85,
        "the same with the stages that the watch recorded",
        "it says what the chain loses of them; that the watch is right is the generator's"
        " assumption (for the later people it misses half of the waking in bed)",
    ),
    Headline(
        "circadian rhythm",
        "phase",
        "heart rate",
        "within_60_min",
        0.80,
        "share of the weeks in which the highest point of the heart rate's daily wave, apart from"
        f" what movement and recorded sleep explain, lies within {NEAR_MINUTES} min of the body"
        " clock's; a week without an answer is a miss",
        "behaviour is not the clock: sleep, walks and light mask it, and in a traveller or a shift"
        " worker they part company. The generator adds the clock to the rest, as the method takes"
        " it out: in real people neither is known, and melatonin is the measure",
    ),
    Headline(
        "activity classification",
        "activity",
        "ours, with recorded sleep",
        "accuracy",
        0.90,
        "share of the minutes with the watch on the wrist whose class of five (in bed, sedentary,"
        " light, moderate, vigorous) is the true one",
        "the classes are cadence and effort by the same thresholds that define the truth: it shows"
        " what is lost between the wrist and the minute, not what oxygen uptake would say; most"
        " minutes are in bed or sedentary, so read the macro F1 with it, and that walks near 100"
        " steps a minute, in samples of up to ten minutes, fall on either side of moderate",
    ),
)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All tables, the goals, and what has to be said with them.

    Attributes:
        tables: By topic, over the known people; over the strangers where there are no others.
        verdicts: On the goals, over the same.
        strangers: On the goals, over the people that nobody looks at while the domain is worked
            on; empty where there are none, or no others.
        confusion: Minutes by true class and class said, the last one unknown.
        people: By person the headlines' figures.
        notes: What has to be said.
    """

    tables: dict[str, tuple[Row, ...]]
    verdicts: tuple[Verdict, ...]
    strangers: tuple[Verdict, ...]
    confusion: tuple[tuple[int, ...], ...]
    people: dict[str, dict[str, float]]
    notes: tuple[str, ...]

    def to_document(self) -> dict[str, object]:
        """For a JSON file."""
        return {
            "headlines": [verdict.to_document() for verdict in self.verdicts],
            "headlines_of_strangers": [verdict.to_document() for verdict in self.strangers],
            "tables": {topic: [asdict(row) for row in rows] for topic, rows in self.tables.items()},
            "confusion": {
                "classes": [*CLASSES, "unknown"],
                "rows_are_true": [list(row) for row in self.confusion],
            },
            "people": self.people,
            "notes": list(self.notes),
        }


def evaluate_people(
    names: Sequence[str], seeds: Sequence[int], *, days: int, done: Callable[[], None]
) -> Evaluation:
    """Score each person with each seed; calls `done` after each.

    Raises:
        ValueError: No such person, fewer than seven days, or no week that could be scored.
    """
    weeks, whose = [], []
    for name in names:
        for seed in seeds:
            weeks.append(score(week_of(name, seed=seed, days=days)))
            whose.append(name)
            done()
    return summarise(weeks, whose)


def summarise(weeks: Sequence[Sums], whose: Sequence[str]) -> Evaluation:
    """Tables and verdicts of scored weeks.

    Raises:
        ValueError: The gate refused all of them.
    """
    known = [who not in STRANGERS for who in whose]
    judged = ["phase/truth" in week for week in weeks]
    if not any(judged):
        raise ValueError("expected a week that passes the quality gate, found none")
    both = not all(known) and any(map(and_, known, judged))
    mine = [week for week, is_known in zip(weeks, known, strict=True) if is_known or not both]
    people = [who for who, is_known in zip(whose, known, strict=True) if is_known or not both]
    others = [week for week, is_known in zip(weeks, known, strict=True) if not is_known]
    tables = _tables(mine, people)
    return Evaluation(
        tables=tables,
        verdicts=_verdicts(tables),
        strangers=_verdicts(_tables(others, [who for who in whose if who in STRANGERS]))
        if both
        else (),
        confusion=tuple(
            tuple(int(cell) for cell in row)
            for row in _total(mine, _OURS).reshape(len(CLASSES), -1)
        ),
        people=_by_person(weeks, whose),
        notes=_notes(weeks, whose),
    )


def _tables(weeks: Sequence[Sums], whose: Sequence[str]) -> dict[str, tuple[Row, ...]]:
    """By topic; none where the gate refused all weeks."""
    if not any("phase/truth" in week for week in weeks):
        return {}
    whole, draws = _with_trivial(weeks), drawn(whose)
    return {topic: _rows(topic, whole, draws) for topic in FIGURES}


def _verdicts(tables: dict[str, tuple[Row, ...]]) -> tuple[Verdict, ...]:
    found = (_verdict(each, tables) for each in HEADLINES if tables)
    return tuple(verdict for verdict in found if verdict is not None)


_OURS: Final = "activity/ours, with recorded sleep"


def _with_trivial(weeks: Sequence[Sums]) -> list[Sums]:
    """The weeks with the answers that need all of them: one hour, one class, for everybody."""
    usual = _minute(_total(weeks, "phase/truth"))
    commonest = int(_total(weeks, _OURS).reshape(len(CLASSES), -1).sum(axis=1).argmax())
    return [week | _constant(week, usual, commonest) for week in weeks]


def _constant(week: Sums, usual: float, commonest: int) -> Sums:
    if "phase/truth" not in week:
        return {}
    error = phase_error(usual, _minute(week["phase/truth"]))
    said = np.zeros((len(CLASSES), len(CLASSES) + 1))
    said[:, commonest] = week[_OURS].reshape(said.shape).sum(axis=1)
    return {
        f"phase/{CONSTANT}": np.array([1.0, 1.0, error <= NEAR_MINUTES, error]),
        f"activity/{MAJORITY}": said.ravel(),
    }


def _total(weeks: Sequence[Sums], key: str) -> NDArray[np.float64]:
    total: NDArray[np.float64] = np.array([week[key] for week in weeks if key in week]).sum(axis=0)
    return total


def _minute(vector: NDArray[np.float64]) -> float:
    x, y = vector.tolist()
    return float(np.arctan2(y, x) * MINUTES_PER_DAY / (2 * np.pi) % MINUTES_PER_DAY)


def _rows(topic: str, weeks: Sequence[Sums], draws: NDArray[np.float64]) -> tuple[Row, ...]:
    prefix = f"{topic}/"
    names = {key.removeprefix(prefix) for week in weeks for key in week if key.startswith(prefix)}
    names -= {"truth"}
    order = sorted(names, key=lambda name: (name in TRIVIAL[topic], name))
    return tuple(
        Row(name, name in TRIVIAL[topic], row_figures(topic, name, weeks, draws)) for name in order
    )


def _verdict(headline: Headline, tables: dict[str, tuple[Row, ...]]) -> Verdict | None:
    """None where no week has the row: nobody's sleep was recorded."""
    rows = {row.name: row for row in tables[headline.topic]}
    if headline.row not in rows:
        return None
    trivial = [row for row in rows.values() if row.trivial]
    best = max(trivial, key=lambda row: row.figures[headline.figure].value)
    value = rows[headline.row].figures[headline.figure]
    return Verdict(headline, value, best.name, best.figures[headline.figure])


def _by_person(weeks: Sequence[Sums], whose: Sequence[str]) -> dict[str, dict[str, float]]:
    """By person the figures of the headlines, NaN where no week could be scored."""
    out = {}
    for name in dict.fromkeys(whose):
        mine = [week for week, who in zip(weeks, whose, strict=True) if who == name]
        found = {"refused": float(sum(week["weeks/all"][1] == 0 for week in mine))}
        for each in HEADLINES:
            key = f"{each.topic}/{each.row}"
            having = any(key in week for week in mine)
            figures = FIGURES[each.topic](_total(mine, key)[None]) if having else {}
            found[each.name] = float(figures[each.figure][0]) if having else float("nan")
        out[name] = found
    return out


def _notes(weeks: Sequence[Sums], whose: Sequence[str]) -> tuple[str, ...]:
    refused = [who for week, who in zip(weeks, whose, strict=True) if not week["weeks/all"][1]]
    names = ", ".join(f"{name} {refused.count(name)}" for name in dict.fromkeys(refused))
    withheld = [week["sleep answered/withheld"] for week in weeks if "phase/truth" in week]
    silent = len(withheld) - int(sum(each[1] for each in withheld))
    return (
        f"{len(weeks)} weeks of {len(set(whose))} generated people; intervals: 95 %, people drawn"
        " with replacement and then their weeks",
        f"{len(refused)} weeks were refused by the quality gate"
        + (f" ({names}): their wear and steps are scored, nothing else" if refused else ""),
        f"no sleep was looked for in {silent} weeks without recorded sleep: all of it counts as"
        " missed",
        "wear: minutes with the watch on the wrist against those with neither watch nor phone",
        "periods: found, of the true ones; false, of those said; a period overlaps or it does not",
        "phase: the heart rate is the estimate, since the clock moves it by itself; steps and sleep"
        " are when somebody chooses to walk and sleep, and stand there to show how far that leads",
        f"phase: against the clock's highest point; '{CONSTANT}' is the best such hour, with"
        " hindsight; the middle of sleep is taken for half a day from it, steps for the same hour",
        "rhythm: a wave in the heart rate, in the weeks as they are and with each day begun at a"
        " random hour, where there is none",
        "generated people are easier than real ones: sleep in real people is measured by"
        " `clarity evaluate sleep`",
    )
