from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from importlib.resources import files

import pytest
from fluent.syntax import FluentParser, ast

from clarity.domain.words.readings import QUALITY, READINGS
from clarity.domain.words.wording import wording
from tests.property.any_facts import FOLLOWED

ENGLISH = wording("en", "detailed")
SOURCE = files("clarity.domain.words").joinpath("texts", "en.ftl").read_text("utf-8")
PARSED = FluentParser().parse(SOURCE)
IDS = [entry.id.name for entry in PARSED.body if isinstance(entry, ast.Message)]


@pytest.mark.parametrize(
    ("value", "unit", "digits", "text"),
    [
        (432.4, "min", 0, "7 h 12 min"),
        (420.0, "min", 0, "7 h"),
        (59.6, "min", 0, "1 h"),
        (0.0, "min", 0, "0 min"),
        (-18.0, "min", 0, "-18 min"),
        (-75.0, "min", 0, "-1 h 15 min"),
        (84.4, "%", 0, "84 %"),
        (-0.2, "%", 0, "0 %"),
        (1.0, "points", 0, "1 percentage point"),
        (4.0, "points", 0, "4 percentage points"),
        (9850.0, "steps/day", 0, "9,850 steps a day"),
        (1.0, "steps/day", 0, "1 step a day"),
        (400.0, "steps", 0, "400 steps"),
        (58.4, "beats/min", 0, "58 beats a minute"),
        (3.0, "beats", 0, "3 beats"),
        (0.615, "", 2, "0.61"),
        (1.3, "", 1, "1.3"),
        (220.4, "clock", 0, "03:40"),
        (1439.6, "clock", 0, "00:00"),
        (-45.0, "clock", 0, "23:15"),
    ],
)
def test_a_quantity_is_written_with_its_unit(value, unit, digits, text):
    assert ENGLISH.quantity(value, unit, digits) == text


def test_numbers_have_the_marks_of_their_language():
    steps = {language: wording(language, "plain").quantity for language in ("en", "de", "es")}

    found = {name: (say(9850, "steps/day"), say(12850, "steps/day")) for name, say in steps.items()}

    assert [text.split(" ")[0] for text in found["en"]] == ["9,850", "12,850"]
    assert [text.split(" ")[0] for text in found["de"]] == ["9.850", "12.850"]
    assert [text.split(" ")[0] for text in found["es"]] == ["9850", "12\u202f850"]
    assert wording("de", "plain").quantity(0.62, "", 2) == "0,62"


def test_a_unit_without_words_is_an_error():
    with pytest.raises(LookupError, match="furlong"):
        ENGLISH.quantity(3.0, "furlong")


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 6, 8), date(2026, 6, 14), "8 to 14 June 2026"),
        (date(2026, 6, 29), date(2026, 7, 5), "29 June to 5 July 2026"),
        (date(2025, 12, 29), date(2026, 1, 4), "29 December 2025 to 4 January 2026"),
        (date(2026, 6, 8), date(2026, 6, 8), "8 June 2026"),
        (date(2025, 6, 8), date(2026, 6, 8), "8 June 2025 to 8 June 2026"),
    ],
)
def test_dates_name_month_and_year_once(first, last, text):
    assert ENGLISH.dates(first, last) == text


def test_a_day_is_a_number_and_a_month():
    assert ENGLISH.date(date(2026, 6, 8)) == "8 June"


@pytest.mark.parametrize(
    ("names", "text"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_listed(names, text):
    assert ENGLISH.listed(names, "and") == text


def test_a_label_says_what_kind_of_fact_it_is():
    assert ENGLISH.label("daily_steps") == "average daily steps"
    assert ENGLISH.label("daily_steps", "usual") == "average daily steps: usual for you"
    assert ENGLISH.label("total_sleep_time", "reference").endswith("recommended for adults")
    assert ENGLISH.label("total_sleep_time-young", "reference").endswith("at your age")


def test_every_fact_has_a_label_in_every_kind():
    for metric in (*QUALITY, *READINGS):
        assert ENGLISH.label(metric)
    for kind in ("reference", "usual", "change", "average", "trend", "shift"):
        assert ENGLISH.label("total_sleep_time", kind)


def test_a_message_that_is_not_there_is_an_error():
    with pytest.raises(LookupError, match="no-such-words"):
        ENGLISH.say("no-such-words")
    assert not ENGLISH.has("no-such-words")


def test_a_level_that_is_not_there_is_an_error():
    with pytest.raises(LookupError, match="plain"):
        wording("en", "plain").say("rhythm", index="0.62")
    assert ENGLISH.has("rhythm")
    assert not wording("en", "plain").has("rhythm")


def test_an_argument_that_is_not_there_is_an_error_and_no_blank():
    with pytest.raises(ValueError, match="sleep"):
        ENGLISH.say("sleep-time", variant=0)


@pytest.mark.parametrize(("language", "level"), [("fr", "plain"), ("en", "poetic")])
def test_a_language_or_level_that_is_not_there_is_an_error(language, level):
    with pytest.raises(LookupError, match=f"{language}.*{level}"):
        wording(language, level)


def test_arguments_are_not_wrapped_in_marks_that_nobody_sees():
    assert ENGLISH.say("sleep-time", sleep="7 h", variant=0) == "You slept 7 h a day on average."


def test_every_line_of_the_file_is_read():
    assert [entry for entry in PARSED.body if isinstance(entry, ast.Junk)] == []
    assert len(set(IDS)) == len(IDS)


def test_every_message_is_said_somewhere():
    """What is said of each metric has a message for each; the rest stands in the code by name."""
    metrics = [name.replace("_", "-") for name in FOLLOWED]
    known = [name.replace("_", "-") for name in (*QUALITY, *READINGS)]
    families = {
        *(f"label-{name}" for name in known),
        *(f"change-{name}-{way}" for name in metrics for way in ("more", "less")),
        *(f"subject-{name}" for name in metrics),
        *(f"kind-{kind}" for kind in ("usual", "change", "average", "trend", "shift")),
        *("kind-reference", "kind-reference-young"),
        *(f"dates-{span}" for span in ("one-day", "one-month", "one-year", "two-years")),
        *("list-and", "list-or"),
    }
    package = files("clarity")
    code = "".join(
        path.read_text("utf-8")
        for folder in ("domain/words", "steps")
        for path in package.joinpath(folder).iterdir()
        if path.name.endswith(".py")
    )
    # Of the table's families, each member that the code asks for by the metric's name.
    by_metric = re.compile(r"(unknown|average|reference)-([a-z-]+?)(?:-(?:below|near|met|above))?")
    for name in IDS:
        family = by_metric.fullmatch(name)
        said = family[2].replace("-", "_") if family else name
        assert name in families or f'"{said}"' in code, name
    assert families <= set(IDS)


def test_who_says_nothing_does_not_load_fluent():
    code = (
        "import sys, clarity.domain.words.facts, clarity.domain.words.narrator;"
        "print([name for name in sys.modules if name.split('.')[0] in {'fluent', 'babel'}])"
    )
    command = [sys.executable, "-c", code]

    answer = subprocess.run(command, capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "[]"
