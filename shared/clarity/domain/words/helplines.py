"""Who answers, by region: only lines whose number is certain, each with where it stands.

A region that is not here has no line of its own, and a number is never guessed: there is the
emergency number of the place and a directory of helplines then.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

Concern = Literal["self_harm", "abuse", "eating"]
CONCERNS: tuple[Concern, ...] = get_args(Concern)  # the gravest first


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who answers: who it is, and the number or address to reach them."""

    name: str
    reach: str


# findahelpline.com: ThroughLine's directory of helplines in more than 130 countries.
DIRECTORY: Final = Contact("Find a Helpline", "findahelpline.com")
# Some write the United Kingdom as its internet domain does.
ALIASES: Final[Mapping[str, str]] = MappingProxyType({"UK": "GB"})

_LIFELINE_988: Final = Contact("988 Suicide & Crisis Lifeline", "988")  # 988lifeline.org
_HELPLINE_988: Final = Contact("9-8-8: Suicide Crisis Helpline", "988")  # 988.ca
_SAMARITANS: Final = Contact("Samaritans", "116 123")  # samaritans.org, samaritans.ie
_TELEFONSEELSORGE: Final = Contact("TelefonSeelsorge", "0800 1110111")  # telefonseelsorge.de
_NOTRUF_142: Final = Contact("Telefonseelsorge", "142")  # telefonseelsorge.at
_TEL_143: Final = Contact("Die Dargebotene Hand", "143")  # 143.ch, for Liechtenstein too
_LINEA_024: Final = Contact("Línea 024", "024")  # sanidad.gob.es/linea024
_LINEA_DE_LA_VIDA: Final = Contact("Línea de la Vida", "800 911 2000")  # gob.mx/conasama
_LINEA_4141: Final = Contact("Línea Prevención del Suicidio", "*4141")  # minsal.cl
_LIFELINE_AU: Final = Contact("Lifeline", "13 11 14")  # lifeline.org.au
_LINE_1737: Final = Contact("Need to talk?", "1737")  # 1737.org.nz

# Who listens to everybody in distress, by ISO 3166 code; for thoughts of suicide above all.
LISTENING: Final[Mapping[str, Contact]] = MappingProxyType(
    {
        "US": _LIFELINE_988,
        "CA": _HELPLINE_988,
        "GB": _SAMARITANS,
        "IE": _SAMARITANS,
        "AU": _LIFELINE_AU,
        "NZ": _LINE_1737,
        "DE": _TELEFONSEELSORGE,
        "AT": _NOTRUF_142,
        "CH": _TEL_143,
        "LI": _TEL_143,
        "ES": _LINEA_024,
        "MX": _LINEA_DE_LA_VIDA,
        "CL": _LINEA_4141,
    }
)
# Who knows about one concern in particular.
SPECIAL: Final[Mapping[tuple[Concern, str], Contact]] = MappingProxyType(
    {
        # nedic.ca
        ("eating", "CA"): Contact("National Eating Disorder Information Centre", "1-866-633-4220"),
        ("eating", "GB"): Contact("Beat", "0808 801 0677"),  # beateatingdisorders.org.uk
        ("eating", "AU"): Contact("Butterfly", "1800 33 4673"),  # butterfly.org.au
        # thehotline.org
        ("abuse", "US"): Contact("National Domestic Violence Hotline", "1-800-799-7233"),
        # nationaldahelpline.org.uk
        ("abuse", "GB"): Contact("National Domestic Abuse Helpline", "0808 2000 247"),
        ("abuse", "IE"): Contact("Women's Aid", "1800 341 900"),  # womensaid.ie
        ("abuse", "AU"): Contact("1800RESPECT", "1800 737 732"),  # 1800respect.org.au
        ("abuse", "DE"): Contact("Hilfetelefon Gewalt gegen Frauen", "116 016"),  # hilfetelefon.de
        ("abuse", "AT"): Contact(
            "Frauenhelpline gegen Gewalt", "0800 222 555"
        ),  # frauenhelpline.at
        # violenciagenero.igualdad.gob.es
        ("abuse", "ES"): Contact("Violencia de género", "016"),
    }
)
# Ambulance or police; 112 is the European one (Directive (EU) 2018/1972, article 109), and reaches
# them in Switzerland and Liechtenstein too.
EMERGENCY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "US": "911",
        "CA": "911",
        "GB": "999",
        "IE": "112",
        "AU": "000",
        "NZ": "111",
        "DE": "112",
        "AT": "112",
        "CH": "112",
        "LI": "112",
        "ES": "112",
        "MX": "911",
        "CL": "131",  # SAMU
    }
)
