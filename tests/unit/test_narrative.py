from __future__ import annotations

from clarity.domain.words.narrative import Narrative, Sentence

SENTENCES = (
    Sentence("Here is your week.", ("F1",), "summary"),
    Sentence("You took 4,000 steps a day.", ("F2",), "summary"),
    Sentence("Your rhythm was strong.", ("F3",), "insight"),
    Sentence("Try a walk.", ("F2",), "recommendation"),
)


def test_a_narrative_reads_as_a_paragraph_and_two_lists():
    narrative = Narrative(SENTENCES, source="gemini", language="en")

    assert narrative.narrative == "Here is your week. You took 4,000 steps a day."
    assert narrative.key_insights == ("Your rhythm was strong.",)
    assert narrative.recommendations == ("Try a walk.",)
    assert narrative.level == "detailed"
