"""German words that set one number against another."""

from __future__ import annotations

from clarity.domain.words.languages.german_spelling import pattern
from clarity.domain.words.languages.language import Relations

_COMPARED = (
    "(?:mehr|weniger|länger|kürzer|später|früher|höher|niedriger|größer|kleiner|geringer|häufiger|"
    "seltener|öfter|stärker|schwächer)"
)
_EARLIER = (
    r"(?:früheren|vorherigen|vorigen|vorangegangenen|vorangehenden|anderen|übrigen|"
    r"bisherigen) (?:\w+ )?(?:wochen|monaten?)"
)
_SO_MANY = (
    r"(?:\d+|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|dreizehn|vierzehn|paar)"
)
_ABOUT = r"(?:(?:etwa|rund|ungefähr|circa|ca|fast|knapp|gut|nur|in|eine[mnr]?|~)\s*)*"
_ROUTINE = "(?:(?:fast|ganz|etwa|ungefähr|ziemlich|genauso|in etwa|so gut|weitgehend|nahezu) )?"

RELATIONS = Relations(
    breaks=pattern(
        r",(?!\d)(?! was (?:dein|das|die))(?! (?:die|das|der|den|dem) du\b)(?! (?:die|das|der|den|"
        r"dem) (?:\w+ ){0,4}(?:empf|erwachsen|gelten|gilt))|[;()]|:(?!\d)|[!?](?=\s|$)|"
        r"(?<!\d)(?<!std)(?<!min)(?<!ca)\.(?=\s|$)|(?<=\d\d\d)\.(?=\s|$)|(?<=,\d)\.(?=\s|$)|\s-\s|"
        r"\b(?:und|aber|während|obwohl|wobei|sondern|jedoch|doch|(?P<against>als(?! (?:erste\w*|"
        r"ob)\b)|statt|anstatt|anstelle|anstelle von|gegenüber|verglichen mit|im (?:vergleich|"
        r"gegensatz) (?:zu|zur|zum|mit)))\b"
    ),
    usual=pattern(
        r"^(?!.*\d).*\b(?:war|waren|ist|sind|blieb\w*|liegt)\b.*\bwie (?:sonst|üblich|gewohnt|"
        r"gewöhnlich|immer|bisher)\b|\b(?:(?<!wie )(?:sonst|üblich\w*|gewöhnlich\w*|gewohn\w+|"
        r"bisher\w*)|normalerweise|typischerweise|in der regel|meistens|meist|für dich typisch\w*|"
        r"bislang|zuvor|davor|(?:als|wie) in den (?:letzten|vergangenen) wochen|als (?:früher|"
        r"vorher|immer)|vorher(?=[.,;!]|$)|vorwochen?|wochen (?:davor|zuvor|vorher)|"
        r"" + _EARLIER + r")\b"
    ),
    origin=pattern(
        r"(?:\b(?:vorher|davor|zuvor)(?: (?:bei|waren es|war es|lag \w+ bei|lagen \w+ bei|noch))*|"
        r"\bzunächst|\banfangs|\berst|"
        r"(?<!wert )(?<!stärke )(?<!dauer )(?<!schnitt )(?<!kontrast )(?<!index )(?<!anteil "
        r")(?<!mittel )(?<!unterschied )(?<!rhythmus )(?<!puls )(?<!schlaf )(?<!schlafdauer "
        r")(?<!schlafzeit )(?<!abstand )(?<!plus )(?<!minus )(?<!stabilität )(?<!empfehlung "
        r")(?<!wachzeit )(?<!anstieg )(?<!rückgang )(?<!ziel )"
        rf"\bvon)\s+{_ABOUT}$"
    ),
    reference=pattern(
        r"\b(?:empfohl\w*|empfiehl\w*|empfehl\w*|ratsam|richtwert\w*|referenz\w*|leitlinie\w*|"
        r"veröffentlicht\w*|erwachsene\w*|jugendliche\w*|in deinem alter|fachleute\w*)\b"
    ),
    span=pattern(
        r"\b(?:über|auf|in|während|innerhalb|seit|für|aus|von|mittel|schnitt|durchschnitt|"
        r"im lauf\w* von|im lauf\w*)\s+(?:(?:der|den|die|all|dieser?|diesen|deiner?|deinen|aller?|"
        r"allen|dieselben|denselben|letzten|vergangenen|jüngsten|ganzen|gesamten|hinweg|mehreren?|"
        rf"{_SO_MANY})\s+)*(?:wochen|monate?n?s?)\b|"
        r"\b(?:im|diese[nrm]?) monat\b|\b(?:ganze[nr]?|gesamte[nr]?|diese[mr]|diesen|"
        r"die) (?:zeitraum\w*|zeit)\b|\bmonats\w*|\bmonatlich\w*|\bwochen (?:hinweg|zusammen\w*)\b"
    ),
    pace=pattern(
        r"\b(?:(?:pro|je|jede|jeder) woche|in der woche(?! (?:vom|ab|bis|mit|von|ist|hast|warst|"
        r"bist))|von woche zu woche|woche (?:für|um) woche|wöchentlich\w*|nach und nach)\b"
    ),
    apart_after=pattern(
        r"^\s*(?:(?:(?:am|pro|jede[nr]?) (?:tag|nacht|woche)|im schnitt|täglich|lang|wach|im bett|"
        r"schlaf|bewegung|zu fuß|zügig\w*|deutlich|etwas|in der minute|pro minute)\s+)*"
        rf"(?:{_COMPARED}|zusätzlich|darüber|darunter|drüber|drunter|unterschied|auseinander|"
        r"abweichung|abstand|plus|minus|nach (?:hinten|vorn\w*)|unter (?:de|dei)\w+|über (?:de|"
        r"dei)\w+)\b"
    ),
    apart_before=pattern(
        r"(?:\b(?:um|unterschied von|unterschied beträgt|differenz von|abstand von|ein plus von|"
        r"ein minus von|plus|minus|weitere|zusätzliche?n?|anstieg von|anstieg um|rückgang von|"
        r"rückgang um|zuwachs von)|[+-])\s*"
        rf"{_ABOUT}$"
    ),
    up=pattern(
        r"\b(?:mehr|länger\w*|höher\w*|größer\w*|später(?:e[nrs]?)?|häufiger|öfter|stärker\w*|"
        r"zusätzlich\w*|gestiegen\w*|gewachsen\w*|zugenommen|zugelegt|erhöht\w*|verlängert\w*|"
        r"stieg(?:en)?|steig(?:t|en|end\w*)|angestiegen|ansteig\w*|stieg\w* an|wuchs\w*|wächst|"
        r"anstieg\w*|zunahm\w*|zunehm\w*|zuwachs\w*|zunimmt|aufwärts\w*|nach oben|kletter\w*|"
        r"geklettert|oberhalb|übersteig\w*|überstieg\w*|gesteigert|steiger\w*|(?:nahm(?:en)?|nimmt|"
        r"nehmen|leg(?:t|en|te|ten))\b(?:[^.;:]|\.(?=\d)){0,60}?\bzu(?=[.,;!]|$| und| seit)|"
        r"über(?= (?:de[mnr]|eine[mr]) (?:\w+ ){0,3}?(?:richtwert|empf|referenz))|nach hinten|"
        r"ausgedehnt\w*|schneller|bergauf|in die höhe|hochgegangen|beschleunig\w*|vermehrt\w*|"
        r"ausgeweitet|verstärkt\w*|über (?:deinem|deiner|deinen|dem|der|"
        r"den) (?:für dich )?(?:üblich|gewohn|sonst)\w*)\b"
    ),
    down=pattern(
        r"\b(?:weniger|kürzer\w*|niedriger\w*|geringer\w*|kleiner(?! (?:spaziergang|schritt))\w*|"
        r"früher(?!e[nrs]? )|seltener|schwächer\w*|gesunken\w*|abgenommen|gefallen|verringert\w*|"
        r"reduziert\w*|verkürzt\w*|sank\w*|sink(?:t|en|end\w*)|gesenkt|fiel(?:en)?|fällt|"
        r"fallend\w*|abwärts\w*|nach unten|zurückgegangen|zurückging\w*|zurückgeh\w*|rückgang\w*|"
        r"rückläufig\w*|abnahm\w*|abnehm\w*|abnimmt|unterhalb|nachgelassen|nachließ\w*|abgesunken|"
        r"geschrumpft|schrumpf\w*|verlangsam\w*|verringer\w*|abgeflacht|geschwunden|eingebüßt|"
        r"vermindert\w*|nach vorn\w*|langsamer|rutsch\w*|\w*gerutscht|bergab|unter(?= (?:de[mnr]|"
        r"eine[mr]) (?:\w+ ){0,3}?(?:richtwert|empf|referenz))|(?:nahm(?:en)?|nimmt|"
        r"nehmen)\b(?:[^.;:]|\.(?=\d)){0,60}?\bab(?=[.,;!]|$| und| seit)|(?:ging(?:en)?|geht|"
        r"gehen)\b(?:[^.;:]|\.(?=\d)){0,60}?\bzurück|(?:ließ(?:en)?|lässt|lassen)\b(?:[^.;:]|"
        r"\.(?=\d)){0,60}?\bnach(?=[.,;!]|$)|unter (?:deinem|deiner|deinen|dem|der|"
        r"den) (?:für dich )?(?:üblich|gewohn|sonst)\w*)\b"
    ),
    same=pattern(
        rf"\b{_ROUTINE}(?:gleich (?:geblieben|lang|viel|viele|hoch|oft|stark|wie)|gleichgeblieben|"
        r"gleichbleibend|unverändert\w*|konstant\w*)\b|\b(?:blieb|bleib|hielt|"
        r"hält)\w*\b(?:(?!\bnicht\b)[^.;]){0,90}?\b(?:gleich(?! (?:zeit|lang\w* zeit))|stabil|"
        r"konstant|beständig|wie sonst|beim alten|im üblichen|auf (?:deinem|dem) \w+ niveau)\b|"
        r"\b(?:etwa|ungefähr|fast|ziemlich|in etwa|nahezu|genau|ganz) gleich\b(?! (?:zeit|spät|"
        r"früh))|\b(?:nicht|kaum|wenig|nichts|keine?n?) (?:\w+ )?(?:verändert|geändert|anders|"
        r"veränderung\w*|unterschied\w*|änderung\w*)\b|\bwie (?:sonst|üblich|gewohnt|gewöhnlich|"
        r"immer|gehabt|bisher|zuvor|vorher|in (?:den|deinen) (?:vorwochen|wochen davor|"
        r"wochen zuvor|früheren wochen))\b|\bim (?:\w+ ){0,3}(?:üblichen|gewohnten) (?:bereich|"
        r"rahmen)\b|\bim rahmen des üblichen\b|\bauf (?:deinem|dem) (?:üblichen|gewohnten|"
        r"alten) niveau\b|\b(?:stabil|konstant|gleich|unverändert) geblieben\b|"
        r"\bentspr\w+ (?:deinem|dem) (?:üblich|gewohn)\w*|\bweder (?:mehr|länger|höher)\b"
    ),
    moved=pattern(
        r"\bnicht (?:\w+ )?(?:gleich|unverändert|stabil|wie (?:sonst|üblich|gewohnt))\b|"
        r"(?<!nicht )(?<!kaum )(?<!wenig )(?<!nichts )(?<!keine )\b(?:verändert\w*|geändert|"
        r"änderte\w*|veränderung\w*|verschoben|verschob\w*|verlager\w*|gewandelt|wendepunkt|"
        r"(?:neues|anderes) niveau|sticht heraus|(?:ganz |etwas |sehr )?anders (?:als|war\w*)|"
        r"ungewohnt\w*|ungewöhnlich\w*|abgewichen|wich\w*)\b"
    ),
    steadier=pattern(
        r"(?<!un)\b(?:(?:regel|gleich)mäßiger|stetiger|beständiger|stabiler|verlässlicher|"
        r"ähnlicher|weniger (?:\w+ )?(?:schwankend\w*|unregelmäßig\w*|verstreut|ungleichmäßig)|"
        r"(?:schwank|streu|variier|unterschied)\w*\b[^.;,]{0,30}?\bweniger|(?:weniger|kleiner|"
        r"geringer)\w* (?:schwankung|streuung)\w*|eingependelt)\b"
    ),
    unsteadier=pattern(
        r"\b(?:un(?:regel|gleich)mäßiger|unsteter|unbeständiger|weniger (?:\w+ )?(?:regelmäßig|"
        r"gleichmäßig|stetig|beständig|stabil|ähnlich)\w*|(?:schwank|streu|variier|"
        r"unterschied)\w*\b[^.;,]{0,30}?\b(?:mehr|stärker)|(?:mehr|größere|stärkere|"
        r"höhere) (?:schwankung|streuung)\w*)\b"
    ),
    neutral=pattern(
        r"\bje \w+(?:er|r|öfter)\b[^.;]*?,? (?:desto|umso|je) [^.;]*|\b(?:mehr oder weniger|"
        r"früher oder später|einmal mehr|um so mehr|und mehr|nicht mehr|kein\w* \w* ?mehr|zu fuß|"
        r"mehrmals|umso mehr)\b|\bein(?:e|en|em)? (?:höher|niedriger|größer|kleiner)\w* (?:wert|"
        r"zahl|index)\b|\bmehr (?:über|zu (?:sagen|sehen|erfahren|erzählen)|daten|tage mit|"
        r"nächte mit|wochen|sagen|zeigen|wissen|erfahren|erzählen|verraten|darüber)\b|"
        r"\bwert\w*,? (?:der|die) (?:steigt|sinkt|fällt|wächst)[^.]*|"
        r"\bfällt\b[^.;]*\baus der reihe\b|\bfällt auf\b|\bstatt wie (?:sonst|üblich|gewohnt|"
        r"gewöhnlich)\b|\b(?:höhere|niedrigere|größere|kleinere)[nr]? (?:wert|zahl)\w*\b|"
        r"\b(?:zeigt?|sagt?|verrät|weiß|wissen|erfährst|siehst|erzählt) (?:\w+ )?mehr\b|"
        r"\bsteig(?:e|st|t)? (?:aus|um|in) |\bgefallen (?:dir|lassen)|\bgefällt\b|"
        r"\bgehst? (?:\w+ )?zurück|\blängere[nrs]? (?:zeit|zeitraum|blick|pause)\w*|\bzu ende\b|"
        r"\bstärkere[nr]? kontrast|\b(?:noch )?schneller zu fuß\b|\boder schneller\b"
    ),
    meets=pattern(
        r"^(?=(?:.*?\b(?P<not>nicht(?! (?:unter|über|kürzer|länger|weniger|mehr)\b)|kaum|nie|"
        r"keinesfalls|verfehl\w*)\b)?).*?\b(?:erreich\w*|erfüll\w*|entspr[aio]+ch\w*|(?:im|"
        r"in de[rmn]|innerhalb de[rs]|innerhalb von) (?:für \w+ )?(?:empfohlene[nr]?|empfehlung|"
        r"richtwert\w*)|innerhalb (?:de[rs]|von) (?=\w*\d|mindestens|höchstens)|im rahmen de[rs]|"
        r"passt zu (?:der|den|dem)|deckt sich|nicht (?:unter|über|kürzer als|länger als|"
        r"weniger als|mehr als)|trifft die|hält die)\b"
    ),
    misses=pattern(
        r"\b(?:verfehl\w*|außerhalb|unter (?:der|dem|den|einer) (?:\w+ ){0,4}(?:empfehlung|"
        r"richtwert\w*|empfohlenen)|nicht ganz an|hinter (?:der|dem) (?:\w+ )?(?:empfehlung|"
        r"richtwert|empfohlenen))\b"
    ),
    lasting=pattern(
        r"\b(?:(?:seit|über) (?:einigen|mehreren|vielen) (?:wochen|monaten)|seit (?:wochen|"
        r"monaten)|seit längerem|nach und nach|immer (?:mehr|weniger|länger|kürzer|später|früher|"
        r"öfter|seltener)|woche für woche|von woche zu woche|stetig|fortlaufend|kontinuierlich|"
        r"weiterhin|(?:aufwärts|abwärts)?trend\w*|tendenz\w*|(?:steigt|sinkt|fällt|"
        r"wächst) (?:weiter|seit))\b"
    ),
    denied=pattern(
        r"\b(?:nicht(?! (?:ganz|nur)\b)|nie|niemals|kein\w*|weder|ohne|alles andere als|keineswegs|"
        r"keinesfalls|statt|anstatt)\b"
    ),
)
