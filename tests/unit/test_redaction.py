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


def test_a_name_that_nobody_knows_stays() -> None:
    assert redacted("I am Grace.", KNOWN) == "I am Grace."


@given(st.text(max_size=500), st.sets(st.text(min_size=3, max_size=40), max_size=5))
def test_no_words_break_it_and_nothing_that_is_known_stays_as_a_word(words, known) -> None:
    found = redacted(f"{words} {' '.join(known)}", known)

    left = {word.lower() for word in found.split()}
    assert left.isdisjoint(name.lower() for name in known if name.isascii() and name.isalnum())
