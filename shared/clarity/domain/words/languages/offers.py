"""What a suggestion may be about, in each language.

Hours for bed, rest, calm and dark, a walk, the device: a closed list. Whoever suggests something
else, however kind it sounds, suggests what no fact and no policy speaks of.
"""

from __future__ import annotations

import re
from typing import Final

_ENGLISH_OFFERS: Final = (
    # the device and its data
    r"wear|wears|wearing|carry|carrying|charg(?:e|ing)|compared|more data|"
    r"(?:watch|device|tracker|band) (?:on|with you|closer?|at hand|near)",
    # hours and place of sleep
    r"bed|bedtimes?|bedroom|lie down|lying down|turn(?:ing)? in|get(?:ting)? up|wak(?:e|ing) up|"
    r"(?:go|going|fall|falling|place|room|time|space|chance|hours?) (?:back )?(?:to|for) sleep|"
    r"to sleep (?:at|in|a|earlier|longer|more)|(?:more|extra|longer) sleep|for (?:your )?sleep|"
    r"sleep (?:a (?:little|bit) |some )?(?:longer|more|in)|(?:early|longer) nights?|"
    r"rhythm of sleep|"
    r"sleep(?:ing)? (?:times?|hours|schedule|routine|place|space)",
    # rest
    r"(?:rest|rests|resting)(?! (?:heart|pulse))|naps?|breaks?|pauses?|relax\w*|unwind\w*",
    # a calm, dark and regular end of the day
    r"wind\w* down|calm\w*|quiet\w*|cool|dark\w*|dim\w*|lights?|curtains?|windows?|screens?|music|"
    r"reading|read|book|routine|habits?|rituals?|evenings?|phone|noise|earplugs|"
    r"(?:mornings?|days?|rhythm|hours|times?) (?:\w+ )?(?:alike|similar\w*|steady|regular)|"
    r"(?:similar|same|steady|regular|fixed) (?:\w+ )?(?:times?|hours?|rhythm|days?|mornings?)",
    # moving a little
    r"walks?|walked|walking|stroll\w*|stretch\w*|route|stairs|steps?|stops? earlier|daylight|"
    r"outdoors|outside|fresh air|on foot|moving|move|movement",
)
_GERMAN_OFFERS: Final = (
    r"trag|trage|traegst|tragen|mitnehmen|(?:auf)?lade|(?:auf)?laden|aufzuladen|ladezeit|vergleich\w*|"
    r"(?:geraet|uhr)\b[^.]{0,25}\b(?:dabei|bei dir|an|tragen|traegst)",
    r"bett\w*|zubettgeh\w*|hinleg\w*|leg (?:\w+ )*hin|schlafenszeit\w*|schlafengehen|schlafzeit\w*|"
    r"aufsteh\w*|einschlafzeit\w*|schlafen (?:zu )?gehen|vor dem (?:schlafen|einschlafen)|"
    r"(?:zeit|platz|gelegenheit|raum|stunde|moment)\b[^.]{0,30}\b(?:schlaf\w*|ausruhen)|"
    r"(?:frueher|spaeter|laenger|mehr|zeit|zeiten)\b[^.]{0,30}\bschlafen|mehr schlaf\w*",
    r"beim einschlafen|rhythmus|zur ruhe|pausen?|ruhepausen?|ausruh\w*|rast\w*|nickerchen|"
    r"entspann\w*|ausklingen",
    r"ruhig\w*|dunkl\w*|dunkel|kuehl\w*|dimm\w*|licht|bildschirm\w*|musik|lesen|lies|buch|seiten|"
    r"gewohnheit\w*|routine\w*|abende?|"
    r"(?:aehnlich\w*|gleich\w*|selbe[nrm]?|fest\w*)\b[^.]{0,20}\b(?:zeit|zeiten|abend\w*|uhrzeit)|"
    r"aehnlich\w*\b[^.]{0,25}\blegen",
    r"spaziergang\w*|spazier\w*|geh|gehen|gehst|zu fuss|runden?|wege?|strecke|schritten?|schritte|"
    r"tageslicht|treppen?|frische\w* luft|gang vor|beweg\w*|laufen?",
)
_SPANISH_OFFERS: Final = (
    r"llev\w+|carga\w*|ponte|puesto|comparar\w*|con mas datos",
    r"acost\w+|acuest\w+|cama|dormirte|levant\w+|antes de dormir|mas sueno|hora de dormir|"
    r"(?:hora|horas|horarios?|momento|rato|ratito|lugar|sitio|tiempo|prepararte)\b[^.]{0,40}\b"
    r"(?:dormir|dormirte|sueno|descans\w*)|"
    r"(?:dormir|duerm\w+)\b[^.]{0,25}\b(?:mas|antes|horas?|lugar|siesta|reloj|dispositivo)|"
    r"darle al sueno|(?:horas|horarios)\b[^.]{0,30}\bparec\w*",
    r"descans\w*|siestas?|pausas?|respiro|relaj\w*",
    r"telefono|dormitorio|tranquil\w*|oscur\w*|fresc[oa]s?|luz|luces|pantallas?|musica|leer|lectura|libro|rutinas?|"
    r"habitos?|misma hora|hora fija|horarios",
    r"paseos?|pase[ao]\w*|camin\w*|vuelta|andar|anda|pasos?|escaleras?|aire libre|moverte|muevete|"
    r"movimiento|a pie|actividad del dia",
)


def offers(*subjects: str) -> re.Pattern[str]:
    """One pattern of whole words out of those of each subject."""
    return re.compile(rf"\b(?:{'|'.join(subjects)})\b")


ENGLISH: Final = offers(*_ENGLISH_OFFERS)
GERMAN: Final = offers(*_GERMAN_OFFERS)
SPANISH: Final = offers(*_SPANISH_OFFERS)
