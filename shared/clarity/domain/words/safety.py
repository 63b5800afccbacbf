"""What a person writes of themselves in a crisis, and whom they can turn to.

No model judges it: phrases of three languages, read whatever the person's own is. It errs towards
offering help, for a help text that was not needed costs less than one that was missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from clarity.domain.words.crisis import found_in
from clarity.domain.words.helplines import (
    ALIASES,
    CONCERNS,
    DIRECTORY,
    EMERGENCY,
    LISTENING,
    SPECIAL,
    Concern,
    Contact,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CONCERNS", "Concern", "Contact", "Support", "concern", "support"]


@dataclass(frozen=True, slots=True)
class Support:
    """A help text.

    Attributes:
        text: In the person's language, complete in itself: it names the contacts.
        contacts: The same contacts, for a client that makes them buttons.
    """

    text: str
    contacts: tuple[Contact, ...]


def concern(words: str) -> Concern | None:
    """What a person's own words give reason to worry about; None where there is no such reason.

    >>> concern("I dont want to live anymore"), concern("These hills are killing me!")
    ('self_harm', None)
    """
    return found_in(words)


def support(concern: Concern, language: str, region: str) -> Support:
    """The help text for a concern, with who answers in the region.

    Args:
        concern: What it is about.
        language: "en", "de" or "es"; English for any other.
        region: ISO 3166 code; empty or without known lines: the directory of helplines.

    >>> support("self_harm", "de", "AT").contacts[0].reach
    '142'
    """
    phrases = _PHRASES.get(language, _PHRASES["en"])
    place = ALIASES.get(region.upper(), region.upper())
    lines = (SPECIAL.get((concern, place)), LISTENING.get(place))
    contacts = tuple(line for line in lines if line is not None) or (DIRECTORY,)
    named = "; ".join(f"{contact.name}: {contact.reach}" for contact in contacts)
    danger = phrases["danger"].format(number=EMERGENCY.get(place, phrases["emergency"]))
    return Support(f"{phrases[concern]} {phrases['talk']} {named}. {danger}", contacts)


_PHRASES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": {
            "self_harm": (
                "What you wrote sounds very hard, and we do not want to pass over it. You do not"
                " have to get through this alone."
            ),
            "eating": (
                "What you wrote sounds as if eating weighs on you a lot. You do not have to deal"
                " with it alone, and it is all right to ask for help early."
            ),
            "abuse": (
                "What you wrote sounds as if somebody is hurting you. That is not your fault, and"
                " you do not have to bear it alone."
            ),
            "talk": "You can talk to somebody who listens, without giving reasons:",
            "danger": "If you are in danger right now, please call {number}.",
            "emergency": "the emergency number of the place where you are",
        },
        "de": {
            "self_harm": (
                "Was du geschrieben hast, klingt sehr schwer, und wir möchten nicht darüber"
                " hinweggehen. Du musst da nicht allein durch."
            ),
            "eating": (
                "Was du geschrieben hast, klingt, als würde dich das Essen sehr belasten. Du musst"
                " damit nicht allein bleiben, und du darfst früh um Hilfe bitten."
            ),
            "abuse": (
                "Was du geschrieben hast, klingt, als würde dir jemand wehtun. Das ist nicht deine"
                " Schuld, und du musst es nicht allein aushalten."
            ),
            "talk": "Du kannst mit jemandem sprechen, der zuhört; du musst dabei nichts erklären:",
            "danger": "Wenn du gerade in Gefahr bist, ruf bitte {number} an.",
            "emergency": "die Notrufnummer des Ortes, an dem du bist,",
        },
        "es": {
            "self_harm": (
                "Lo que has escrito suena muy duro y no queremos pasarlo por alto. No tienes que"
                " pasar por esto en soledad."
            ),
            "eating": (
                "Lo que has escrito suena como si comer te pesara mucho. No tienes que llevarlo en"
                " soledad, y está bien pedir ayuda pronto."
            ),
            "abuse": (
                "Lo que has escrito suena como si alguien te hiciera daño. No es culpa tuya y no"
                " tienes que aguantarlo en soledad."
            ),
            "talk": "Puedes hablar con alguien que escucha, sin dar explicaciones:",
            "danger": "Si ahora mismo corres peligro, llama al {number}.",
            "emergency": "número de emergencias del lugar donde estás",
        },
    }
)
