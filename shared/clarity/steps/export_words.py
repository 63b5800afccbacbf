"""What an export says of itself, to the person whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from clarity.steps.archive import Written

_SHOWN: Final = 20

_TEXT: Final = """\
YOUR DATA FROM CLARITY LOOP
===========================

This is everything that is stored about {user_id}, as of {at:%d %B %Y, %H:%M} UTC.
It is about your health: keep it where only you can read it, and delete it when you do not need it.

What is here
------------
documents/    Every document that is stored about you: {documents:,} in all, those under "about"
              included. Each line of a file is one document: where it is stored ("path"), when it
              was created and last changed, and its fields with their types. Your own settings are
              in documents/person.jsonl.
about/        Records of our work that name you: which of your uploads were handled, and events that
              could not be handled. These files are there only if there are such records.
series/       Your measurements as tables for a spreadsheet program, one file a month.
              samples: {samples:,} measurements on {days:,} days as your devices recorded them, each
              once, without those that you deleted. "start_utc" and "end_utc" are universal time,
              "start_local" is your own clock's. A value of sleepAnalysis is a stage: 0 in bed,
              1 asleep, 2 awake, 3 core, 4 deep, 5 REM.
              minutes: what these come to, minute by minute of your own clock. "times" is 0 for a
              minute that the clock jumped over in spring, 2 for one that it repeated in autumn.
              An empty cell means that nothing was recorded, which is not the same as 0.
              A text that a spreadsheet would take for a formula has a ' in front of it.
fhir/         The same for other health programs: a FHIR R4 Bundle with {observations:,}
              observations, one a day for each kind of measurement, and one for each number in an
              analysis. Units are UCUM's, codes LOINC's where there is one.
manifest.json What is in this file, for programs.

What the numbers mean
---------------------
They are estimates from a phone or a watch. They are no diagnosis. What was measured badly or not at
all is left empty, never guessed.

Using it again
--------------
Whoever runs this service can read the file in again: clarity person import FILE --user ID
"""

_UNREAD: Final = """
What could not be read
----------------------
{count:,} stored pieces of your measurements could not be decoded. They are in documents/days.jsonl
as they are stored, and not in series/ or fhir/:
{paths}
"""


def readme(user_id: str, at: datetime, written: Written) -> str:
    """The readme of an export."""
    text = _TEXT.format(
        user_id=" ".join(user_id.split()),
        at=at,
        documents=written.documents,
        samples=written.samples,
        days=written.days,
        observations=written.observations,
    )
    if written.undecoded:
        shown = [f"  {path}" for path in written.undecodable[:_SHOWN]]
        if written.undecoded > _SHOWN:
            shown.append("  ... and more, which manifest.json names")
        text += _UNREAD.format(count=written.undecoded, paths="\n".join(shown))
    return text
