"""What is taken out of a person's words before a language model reads them, and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clarity.domain.words.redaction import REMOVED, redacted

KNOWN = {"Ada Lovelace", "Jürgen", "Rue de la Paix", "ada-7"}


@pytest.mark.parametrize(
    "words",
    [
        "Shorter, please.",
        "I walk 10,000 steps, not 8000.",
        "I sleep from 22:30 to 6:15, 7 h 45 min.",
        "Two nights: 3/4 and 4/4. Thanks!",
        "Weniger Herzfrequenzvariabilitätsanalysen, bitte",
        "No more of rhythm-regularity-and-stability",
        "More on 14.6.",
        "adagio",
        "12,000 - 15,000 steps",
    ],
)
def test_what_tells_nobody_who_it_is_stays(words) -> None:
    assert redacted(words, KNOWN) == words


@pytest.mark.parametrize(
    "told",
    [
        "ada@example.com",
        "ADA@EXAMPLE.COM",
        "@ada_l",
        "https://ada.example/me?x=1",
        "www.ada.example",
        "+44 20 7946 0958",
        "(020)7946-0958",
        "0171/2345678",
        "555-0123-44",
        "079460958",
        "3kXnQ7vT1pYb0ZrWcD9sLmEaHg42",
        "0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f",
        "fZ1x8Qm2T5:APA91bHun4MxP5egoKMwt2KZ",
        "insight-ad32ed46c7643f97c0a9dbe2445cdaa2",
        "Ada Lovelace",
        "ada",
        "LOVELACE",
        "jürgen",
        "Rue de la Paix",
        "ada-7",
    ],
)
def test_what_tells_who_it_is_goes(told) -> None:
    found = redacted(f"Shorter: {told} !", KNOWN)

    left = found.removeprefix("Shorter: ").removesuffix(" !").replace(REMOVED, "")
    assert REMOVED in found
    assert left.strip(" -") in {"", "de la"}


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("I am Grace.", "I am [removed]."),
        ("I am Al. Shorter!", "I am [removed]. Shorter!"),
        ("I am St. John-Smith. Shorter!", "I am [removed]. Shorter!"),
        ("I'm Dr. J. R. Smith, thanks", "I'm [removed], thanks"),
        ("I\u2019m Grace and I sleep badly", "I\u2019m [removed] and I sleep badly"),
        ("My name is Grace Hopper!", "My name is [removed]!"),
        ("my name is grace hopper and I sleep badly", "my name is [removed] and I sleep badly"),
        ("my name's grace", "my name's [removed]"),
        ("MY NAME IS GRACE HOPPER", "MY NAME IS [removed]"),
        ("My name is \u738b\u5c0f\u660e", "My name is [removed]"),
        ("Shorter. Name: Grace Hopper", "Shorter. Name: [removed]"),
        ("Call me Al, please", "Call me [removed], please"),
        ("Ich heiße Jana", "Ich heiße [removed]"),
        ("ich heisse jana müller, danke", "ich heisse [removed], danke"),
        ("Mein Name ist Jana von der Aue, ja", "Mein Name ist [removed], ja"),
        ("Mein Nachname: Müller", "Mein Nachname: [removed]"),
        ("Ich bin Jana Müller.", "Ich bin [removed]."),
        ("Nenn mich Jana", "Nenn mich [removed]"),
        ("Mi nombre es Ana María López", "Mi nombre es [removed]"),
        ("me llamo ana", "me llamo [removed]"),
        ("Soy Ana", "Soy [removed]"),
        ("Shorter.\nBest regards,\nGrace Hopper", "Shorter.\nBest regards,\n[removed]"),
        ("Thanks,\nGrace", "Thanks,\n[removed]"),
        ("Kürzer bitte. LG Jana", "Kürzer bitte. LG [removed]"),
        ("Viele Grüße, Jana M.", "Viele Grüße, [removed]"),
        ("Saludos, Ana", "Saludos, [removed]"),
        ("Shorter. \u2013 Grace", "Shorter. \u2013 [removed]"),
        ("I'm Grace, and I'm Ann's wife", "I'm [removed], and I'm [removed] wife"),
    ],
)
def test_a_name_goes_where_the_person_says_that_it_is_theirs(words, left) -> None:
    assert redacted(words, set()) == left


@pytest.mark.parametrize(
    "words",
    [
        "I am OK, I'm fine.",
        "I am ADHD and tired",
        "I AM TIRED OF THIS",
        "I am Type 1 diabetic",
        "I'm at work from Monday on; I am Monday to Friday away",
        "I'm a nurse on Night shift",
        "call me later",
        "my name is not important",
        "My name is on the Watch",
        "My name is wrong",
        "The file name: Sleep",
        "Ich bin Lehrer und Vater",
        "Ich bin Diabetiker.",
        "Ich bin der Meinung, dass Schlaf zählt",
        "Mein Name ist falsch",
        "Soy diabética",
        "Soy de Madrid",
        "Me llamó la atención; me llama Ana",
        "me llamo la atención",
        "Thanks, Great app",
        "Danke, Super!",
        "More on:\n- Sleep\n- Steps",
        "Best sleep of the week!",
        "With regards to Sleep",
        "Love Sleep insights",
        "Saludos a mi madre",
        "Sleep \u2013 Steps",
    ],
)
def test_what_only_begins_like_an_introduction_stays(words) -> None:
    assert redacted(words, set()) == words


@pytest.mark.parametrize(
    "words", ["Grace sleeps badly.", "Ich bin Jana.", "I am with Tom Smith in Boston"]
)
def test_a_name_that_nobody_knows_stays(words) -> None:
    assert redacted(words, KNOWN) == words


@given(st.text(max_size=500), st.sets(st.text(min_size=3, max_size=40), max_size=5))
def test_no_words_break_it_and_nothing_that_is_known_stays_as_a_word(words, known) -> None:
    found = redacted(f"{words} {' '.join(known)}", known)

    left = {word.lower() for word in found.split()}
    assert left.isdisjoint(name.lower() for name in known if name.isascii() and name.isalnum())
