"""What the check knows about German."""

from __future__ import annotations

from clarity.domain.words.languages import offers
from clarity.domain.words.languages.german_order import respell
from clarity.domain.words.languages.german_quantities import NUMBERS
from clarity.domain.words.languages.german_relations import RELATIONS
from clarity.domain.words.languages.german_spelling import pattern
from clarity.domain.words.languages.german_unsafe import INJECTED, PROFESSIONAL, UNSAFE
from clarity.domain.words.languages.german_words import knows
from clarity.domain.words.languages.language import Language

_TIMES = (
    r"\b(?:jede[nrms]? (?:einzelnen? )?(?:tag|nacht)(?![^.;]*\b(?:durchschnitt|im (?:schnitt|"
    r"mittel)))|(?:noch )?nie|in jeder der|zum ersten mal|erstmals|ohne unterbrechung|abgelegt|"
    r"zum laden|liegen (?:ge)?lassen|am stück|ununterbrochen|durchgeschlafen|nachgeholt|nachholen|"
    r"holst\b[^.;]*\bnach|gestern|vorgestern|heute|morgen(?!s)|(?:mon|diens|donners|frei|sams|"
    r"sonn)tag\w*|(?:mon|diens|donners|frei|sams|sonn)tags|mittwoch\w*|sonnabend\w*|wochenend\w*|"
    r"werktag\w*|wochentag\w*|feiertag\w*|arbeitstag\w*|morgens|vormittag\w*|mittag\w*|"
    r"nachmittag\w*|abend\w*|mitternacht|tagsüber|frühmorgens|\w*schläfchen|mittagsschlaf|"
    r"nickerchen|(?<!am )(?:beste[nrsm]?|schlechteste\w*|schlimmste\w*)|(?:am )?(?:längsten|"
    r"längste[rs]?|kürzesten?|höchste[nrs]?|niedrigste[nrs]?|tiefste[nrs]?|meisten(?! (?:wochen|"
    r"tage|nächte))|wenigsten|größte[nrs]?|kleinste[nrs]?|späteste[nrs]?|früheste[nrs]?|"
    r"stärksten?)|rekord\w*|spitzenwert\w*|höchstwert\w*|bestwert\w*|tiefstwert\w*|jemals|"
    r"(?:letzte|vorige|vergangene)[nrs]? (?:woche|nacht|jahr|monat)|vorwoche(?!n)|vor (?:ein|zwei|"
    r"drei|vier)\w* (?:woche|tag|monat|jahr)\w*|jahre?[ns]?|vorjahr\w*|saison|sommer\w*|winter\w*|"
    r"frühling|frühjahr|herbst|ferien|urlaub\w*|geburtstag|weihnacht\w*|ostern|(?:die meisten|"
    r"viele|andere|einige|gleichaltrige) (?:menschen|leute|erwachsene|personen|nutzer)|"
    r"andere[nr]?(?= (?:in|deines|aus|menschen|leute))|gleichaltrige\w*|altersgruppe|glücklich\w*|"
    r"entspannt\w*|gelassen\w*|ausgeglichen\w*|motiviert|zufrieden|herzratenvariab\w*|hrv|erholung|"
    r"erholungs\w*|punktzahl|score|froh|freust|fröhlich|laune|(?:so|noch) (?:viel|wenig|lang|kurz|"
    r"gut|nie)\w* wie|müde\w*|müdigkeit|schläfrig\w*|fit|munter|ausgeruht|erholt|erholsam\w*|"
    r"fühl\w*|gefühlt|träum\w*|geträumt|traum|tief(?:er|e[nrs]?)?|tiefschlaf\w*|leichtschlaf|rem|"
    r"schlafphase\w*|schlafqualität|qualität|frisch|wie ein (?:stein|baby|murmeltier))\b"
)
_ADVISED = (
    r"^(?:jede[nrms]? (?:tag|nacht)|zum laden|nachholen|liegen lassen|am stück|heute|morgen|"
    r"wochenend\w*|werktag\w*|wochentag\w*|arbeitstag\w*|feiertag\w*|morgens|vormittag\w*|"
    r"mittag\w*|nachmittag\w*|abend\w*|tagsüber|müde\w*|schläfrig|fühl\w*|erholsam\w*|nickerchen|"
    r"sommer\w*|winter\w*|urlaub|ferien|frisch\w*|beste[nrsm]?|mittagsschlaf|ausgeruht|erholt|"
    r"jahre?[ns]?|entspannt\w*|gelassen\w*|ausgeglichen\w*|ein paar|paar|einige[nr]? \w+|"
    r"mehrere[nr]?|mehrmals|halbe[nrs]?)$"
)

_STEADY = pattern(
    r"(?<!weniger )(?<!nicht )(?<!un)\b(?:(?:regel|gleich)mäßig(?:e[nrms]?)?|fest(?:e[nrms]?)|"
    r"stabil(?:e[nrms]?)?|beständig(?:e[nrms]?)?|verlässlich(?:e[nrms]?)?|(?:immer|stets|"
    r"fast immer) (?:zur|zu|um)|kaum geschwankt|schwankte? (?:nur )?(?:kaum|wenig)|sehr ähnlich\w*|"
    r"gleichen? zeit\w*|ähnlichen? zeit\w*)\b"
)
_UNSTEADY = pattern(
    r"\b(?:unregelmäßig\w*|ungleichmäßig\w*|unstet\w*|unbeständig\w*|wechselhaft\w*|"
    r"schwankte? (?:\w+ ){0,3}?(?:stark|deutlich|viel|sehr)|stark geschwankt|wenig regelmäßig|"
    r"(?:ganz|sehr|recht|stark) (?:unterschiedlich|verschieden)\w*|weit auseinander)\b"
)
_WEAK = pattern(
    r"\b(?:schwach(?:e[nrms]?)?|locker\w*|wenig ausgeprägt|kaum ausgeprägt|undeutlich\w*|"
    r"verwaschen)\b"
)
_STRONG = pattern(
    r"(?<!wie )(?<!weniger )\b(?:stark(?:e[nrms]?)?|kräftig(?:e[nrms]?)?|"
    r"(?<!stark )(?<!stärker )(?<!schwächer )(?<!wenig )(?<!kaum )ausgeprägt(?:e[nrms]?)?|"
    r"deutlich(?:e[nrms]?)?|klar(?:e[nrms]?)?)\b"
)
_LITTLE_DATA = pattern(
    r"\b(?:(?:nur )?wenige?|kaum|selten) (?:daten|getragen|tage)\b|\blückenhaft\w*\b"
)
_MUCH_DATA = pattern(
    r"\b(?:fast (?:immer|durchgehend|vollständig|lückenlos)|lückenlos\w*|vollständig\w*|so oft|"
    r"(?:sehr )?viele daten|fleißig|meistens|durchgehend)\b"
)

LANGUAGE = Language(
    code="de",
    letters="äöüß",
    marks="„“”»«…",
    telling=pattern(
        r"\b(?:der|das|den|dem|des|die|du|dich|dir|dein|deine[mnrs]?|ist|sind|und|oder|nicht|wie|"
        r"für|von|vom|zum|zur|mit|auf|ein|eine[mnrs]?|im|am|bei|bis|pro|hast|hat|hatten?|warst?|"
        r"waren|bist|wenn|gibt|es|sich|auch|kann|kannst|lag|liegt|zu|wurden?|nachts|etwa|rund|als|"
        r"genug|über|seit)\b"
    ),
    respell=respell,
    knows=knows,
    numbers=NUMBERS,
    relations=RELATIONS,
    subjects={
        "quality": pattern(
            r"\b(?:daten\w*|\w*gerät\w*|\w*uhr|armband\w*|handy|trag\w*|träg\w*|getragen|trug\w*|"
            r"aufgezeichnet|aufzeichn\w*|erfass\w*|gemessen|mess\w*|auswert\w*|ausgewertet|gezählt|"
            r"zähl\w*|lad\w*|aufgeladen|woche\w*|tracker\w*|tagen?|beruh\w*|grundlage|bild|"
            r"rückblick|überblick|übersicht)\b"
        ),
        "sleep": pattern(
            r"^(?:so|das|es|er|damit|diesmal|empfohlen|erwachsenen?|in der neuesten woche|mit \d+|"
            r"im (?:mittel|schnitt))\b(?=.*\b(?:stunden?|minuten?)\b)(?!.*(?:einschl|eingeschl|"
            r"einzuschl|wach|zügig|mitte|schwank))|\b(?:hinleg\w*|hinzuleg\w*|leg\w* dich)\b|"
            r"\b(?:\w*schlaf\w*|\w*schläf\w*|\w*schlief\w*|\w*nacht\w*|\w*nächt\w*|\w*bett\w*|"
            r"\w*wach\w*|aufsteh\w*|ruhezeit\w*|ausruh\w*|pausen?|\w*abend\w*|dimm\w*|licht|"
            r"ausklingen|ausklang|nickerchen|gewohnheit\w*|abschalten|entspann\w*|aufzusteh\w*|"
            r"aufgestanden|zur ruhe)\b"
        ),
        "rhythm": pattern(
            r"\b(?:\w*rhythm\w*|muster\w*|welle\w*|aktivit\w*|kontrast\w*|tag und nacht|tag zu tag|"
            r"tag für tag|regelmäßig\w*|tage|tagesablauf\w*|ablauf|alltag\w*|stunden)\b"
        ),
        "activity": pattern(
            r"\b(?:\w*schritt\w*|geh(?:en|st|t|e)?|gegangen|ging\w*|lauf\w*|läuf\w*|lief\w*|"
            r"gelaufen|\w*aktiv\w*|\w*beweg\w*|zu fuß|spazier\w*|unterwegs|auf den beinen|runde|"
            r"gang|luft|wege?|treppen?|draußen|tageslicht|fahrrad)\b"
        ),
        "heart": pattern(r"\b(?:\w*herz\w*|\w*puls\w*|schläge\w*|schlag)\b"),
    },
    claims={
        "heart": pattern(r"\b(?:herz\w*|\w*puls\w*)\b"),
        "activity": pattern(
            r"\b(?:schritte\w*|schrittzahl|(?<!schlafen )(?<!bett )(?<!ruhe )gegangen|gelaufen|"
            r"zu fuß unterwegs|bewegt(?! sich)|bewegung\w*)\b"
        ),
        "sleep": pattern(
            r"\b(?:geschlafen|schlief\w*|eingeschlafen|schlafdauer|wachzeit\w*|aufgewacht)\b"
        ),
    },
    names={
        "total_sleep_time": pattern(
            r"^(?:so|das|es|er|damit|diesmal|empfohlen|erwachsenen?|in der neuesten woche|mit \d+|"
            r"im (?:mittel|schnitt))\b(?=.*\b(?:stunden?|minuten?)\b)(?!.*(?:einschl|eingeschl|"
            r"einzuschl|wach|zügig|mitte|schwank))|\b(?:geschlafen|schlief(?:st|en)?|schläfst|"
            r"schlafdauer|schlafzeit|schlafmenge|schlaf(?:s|es)?(?! (?:begann|beginnt))|schlafen|"
            r"nachtschlaf|nächte (?=brachten|dauerten|waren))\b"
        ),
        "sleep_efficiency": pattern(
            r"\b(?:\w*effizien\w*|im bett|bettzeit|schlafanteil\w*|anteil\w*|der nacht)\b"
        ),
        "wake_after_sleep_onset": pattern(
            r"\b(?:wach|wache[nrs]?|wachzeit\w*|wachphase\w*|wachgelegen|wachlieg\w*)\b"
        ),
        "sleep_onset_latency": pattern(
            r"(?<!nach dem )(?<!nach dem ersten )(?<!zwischen )(?<!zwischen dem )\beinschlafen\b|"
            r"\b(?:einschlafdauer|einschlief\w*|einschläf\w*|eingeschlafen bist du nach|"
            r"einzuschlafen|bis zum schlaf|bis du (?:\w+ ){0,2}eingeschlafen|(?:minuten?|min|"
            r"stunden?|h) (?:im bett )?(?:warst du |bist du )?(?:im bett )?eingeschlafen)\b"
        ),
        "awakenings": pattern(r"\b(?:aufgewacht|aufwach\w*|wach\w*|erwacht)\b"),
        "sleep_midpoint": pattern(
            r"\b(?:\w*mitte|\w*mittelpunkt|verschoben|verschob\w*|verschiebung\w*|(?:später|"
            r"früher) (?:geschlafen|als)|schlafmitte)\b"
        ),
        "sleep_onset_variability": pattern(
            r"\b(?:\w*schwank\w*|\w*streu\w*|variier\w*|un?regelmäßig\w*|regelmäßig\w*|"
            r"einschlafzeit\w*|schlafenszeit\w*|zubettgehzeit\w*|(?:feste[nr]?|ähnliche[nr]?|"
            r"gleiche[nr]?|selben) (?:zeit\w*|uhrzeit)|unterschied\w*|wann du eingeschlafen)\b"
        ),
        "social_jet_lag": pattern(
            r"\b(?:freie[nr]? tage\w*|wochenende\w*|arbeitstag\w*|werktag\w*|jetlag|jet lag)\b"
        ),
        "sleep_regularity_index": pattern(
            r"\b(?:\w*regelmäßig\w*|gleichmäßig\w*|ähnlich\w*|beständig\w*)\b"
        ),
        "circadian_rhythm_strength": pattern(
            r"\b(?:zu|über|von) deine[mn] (?:tages)?rhythmus\b|\b(?:\w*stärke|stark\w*|stärker\w*|"
            r"erkennbar|ausgeprägt\w*|deutlich\w*|klar\w*|kräftig\w*|locker\w*|welle\w*|folg\w*)\b"
        ),
        "interdaily_stability": pattern(
            r"\b(?:zu|über|von) deine[mn] (?:tages)?rhythmus\b|\b(?:ähn\w*|gleich\w*|glich\w*|"
            r"stabil\w*|beständig\w*|wiederhol\w*|regelmäßig\w*|tag zu tag|tag für tag|"
            r"rhythmuswert)\b"
        ),
        "intradaily_variability": pattern(
            r"\b(?:zerstückel\w*(?! deiner)|zersplitter\w*|wechsel\w*|\w*unterbrech\w*|"
            r"unterbrochen|variab\w*)\b"
        ),
        "relative_amplitude": pattern(
            r"\b(?:kontrast\w*|amplitude|unterschied\w*|heben sich|hebt sich)\b"
        ),
        "rest_activity_ratio": pattern(r"\b(?:verhältnis\w*|kontrast\w*)\b"),
        "m10": pattern(r"\b(?:aktivsten|bewegtesten|aktiven stunden|lebhaftesten)\b"),
        "l5": pattern(r"\b(?:ruhig\w*|still\w*|wenigsten aktiv\w*)\b"),
        "daily_steps": pattern(
            r"\b(?:\w*schritt\w*|geh(?:en|st|t|e)?|(?<!schlafen )(?<!bett )(?<!ruhe )gegangen|"
            r"ging\w*|lauf\w*|läuf\w*|lief\w*|gelaufen|zu fuß|spazier\w*|unterwegs|beweg\w*)\b"
        ),
        "moderate_minutes": pattern(
            r"\b(?:zügig\w*|flott\w*|schnell\w*|aktiv\w*|beweg\w*|kräftig\w*|tempo)\b"
        ),
        "activity_fragmentation": pattern(
            r"\b(?:zerstückel\w*(?! (?:des|deine[ms]))|pause\w*|unterbrech\w*|unterbrochen|"
            r"stück\w*)\b"
        ),
        "resting_heart_rate": pattern(
            r"\bschläge[n]? (?:pro|in der) minute\b|\b(?:ruhepuls\w*|\w*puls\w*|herz\w*|ruhe)\b"
        ),
        "coverage": pattern(
            r"\b(?:daten\w*|aufgezeichnet|aufzeichn\w*|trag\w*|getragen|trägst|trug\w*|erfass\w*|"
            r"gemessen|mess\w*|abgedeckt)\b"
        ),
        "valid_days": pattern(
            r"\b(?:daten\w*|aufgezeichnet|aufzeichn\w*|trag\w*|getragen|trägst|trug\w*|erfass\w*|"
            r"gemessen|mess\w*|zähl\w*|gezählt|auswert\w*)\b"
        ),
    },
    times=pattern(_TIMES + r"|(?:%|\bprozent) (?:der|aller|deiner) (?:tage|nächte|wochen)\b"),
    advised=pattern(_ADVISED),
    offers=offers.GERMAN,
    tells=pattern(
        r"\bdein\w* (?:\w+ )?(?:schlaf|schlafdauer|schritte|schrittzahl|ruhepuls|puls|rhythmus|"
        r"tagesrhythmus) (?:ist|sind|wird|werden|nimmt|nehmen|steigt|steigen|sinkt|sinken|liegt|"
        r"liegen|geht|gehen)\b|\bdu (?:gehst|schläfst|bewegst)\b(?=[^.;]*\b(?:mehr|weniger|länger|"
        r"kürzer)\b)|\b(?:war|warst|waren|wurde\w*|hattest|hatte|schlief\w*|ging\w*|lief\w*|"
        r"betrug\w*|stieg\w*|sank\w*|fiel\w*|nahmen?|wuchs\w*|dauerte\w*|schwankte\w*|blieb\w*|"
        r"(?:ein)?geschlafen|gegangen|gelaufen|gestiegen|gesunken|geworden|gewesen|zugenommen|"
        r"abgenommen|verändert|verbessert|geblieben|aufgewacht|zurückgegangen|verschoben|"
        r"gebraucht)\b"
    ),
    personal=pattern(r"\b(?:du|dir|dich|dein(?:e[nrs]?|em(?! alter))?)\b"),
    unknown=pattern(
        r"\b(?:nichts (?:\w+ )?(?:sagen|zeigen|bekannt)|nicht (?:\w+ ){0,2}(?:genug|genügend|"
        r"bekannt|gemessen|aufgezeichnet|verfügbar|möglich|klar|erfasst|sagen|bestimmen|ermitteln|"
        r"berechnen|beurteilen|auswerten|sicher|erkennen|ablesen|ausreich\w*|vorhanden|feststellen|"
        r"angeben|einschätzen|vor|aus|hervor|verraten|beantworten|beantwortet|bestimmt|ermittelt|"
        r"berechnet|messen|herauslesen)|(?:verrät|verraten|sagt|sagen|zeigt|zeigen|weiß|wissen|"
        r"kennt|misst|erfasst|erkennt|liefert|reicht|reichen|reichten|reichte|genügen|genügten|"
        r"(?:lässt|lassen|ließ|ließen) sich)\b[^.;]{0,60}?\b(?:nicht(?! nur)|nichts|zu wenige?|"
        r"keine?[nr]?(?! (?:\w+ )?(?:veränderung|änderung|unterschied|abweichung|schwankung|"
        r"trend)))|(?:gerät|(?<!\d )uhr|armband|handy|tracker)\b[^.;]{0,40}? (?:hat|hatte|kann|"
        r"konnte)\b[^.;]{0,50}?\b(?:nicht(?! ganz| nur)|nichts|keine?n?)|zu wenige? (?:daten|tage|"
        r"nächte|wochen|aufzeichnungen|messwerte)|zu wenig\b|unbekannt|unklar|ungewiss|"
        r"bleibt offen|offen (?:bleibt|bleiben|lassen)|(?:bleibt|bleiben)\b[^.;]{0,30}? offen|"
        r"lückenhaft\w*|kein(?:e[nrm]?)? (?:\w+ )?(?:daten|aufzeichnung\w*|werte?|angaben?|schlaf|"
        r"zahl|aussage\w*|antwort)|(?:fehlt|fehlen|fehlten|fehlte|mangels|unmöglich)|(?:braucht|"
        r"brauchen|bräuchte|benötigt|nötig sind|dafür sind|sind) (?:\w+ ){0,2}(?:mehr|mindestens|"
        r"\d+) (?:daten|nächte|tage|wochen))\b"
    ),
    too_little=pattern(
        r"\b(?:nicht (?:\w+ )?(?:genug|genügend|ausreichend\w*|aus)|zu wenige?|reich(?:en|t|ten|"
        r"te)\b[^.;]{0,60}?\bnicht|genügen\w* nicht|mehr (?:daten|tage|nächte|wochen)|(?:fehlt|"
        r"fehlen|fehlten|fehlte)|lückenhaft\w*|mangels)\b"
    ),
    cannot_tell=pattern(
        r"\b(?:(?:gerät|(?<!\d )uhr|armband|handy|tracker)\b[^.;]{0,50}?\b(?:kann|konnte|hat|misst|"
        r"erfasst|zeichnet|verrät|erkennt|weiß|liefert|verfügt)\b[^.;]{0,50}?\b(?:nicht(?! ganz|"
        r" nur)|kein\w*|nichts)|(?:aufgezeichnet hat|aufgezeichnete|aufzeichnung),? (?:verrät|"
        r"zeigt|sagt)[^.;]{0,40}?\bnicht|(?:lässt|ließ) sich (?:\w+ )?nicht messen|"
        r"kein(?:en)? (?:sensor|gerät)|kann (?:dein|das|die|deine) (?:gerät|(?<!\d )uhr|armband|"
        r"handy|tracker)\b[^.;]{0,50}?\b(?:nicht(?! ganz| nur)|nichts|kein\w*))\b"
    ),
    estimated=pattern(r"\b(?:geschätz\w*|schätzung\w*|schätzwert\w*|abgeleitet|hergeleitet)\b"),
    unsafe=UNSAFE,
    judging=pattern(
        r"\b(?:gute[nmrs]?|gut(?! (?:\d|erkennbar|sichtbar|abgedeckt|ablesbar|zu erkennen|zu sehen|"
        r"zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|\w*hundert|\w*tausend|\w*zig\b|"
        r"\w*halb))|super|toll\w*|großartig\w*|prima|klasse|spitze|hervorragend\w*|"
        r"ausgezeichnet\w*|fantastisch\w*|wunderbar\w*|beeindruckend\w*|glückwunsch|gratul\w*|"
        r"bravo|stolz|schlecht\w*|mies\w*|schwach\w*|mangelhaft\w*|ungenügend\w*|ideal\w*|"
        r"optimal\w*|besser\w*|verbesser\w*|schlechter|verschlechter\w*|schlimm\w*|"
        r"ausreichend(?! daten)\w*|unzureichend\w*|(?:zu|sehr|extrem|ungewöhnlich|auffällig|"
        r"erstaunlich|bedenklich|außergewöhnlich|ziemlich|recht|echt) (?:viel|wenig|lang|kurz|hoch|"
        r"niedrig|spät|früh|unregelmäßig|schnell|langsam|stark|schwach)(?!e? (?:daten|tage|nächte|"
        r"wochen))|übermäßig\w*|(?:war|waren|ist|sind|wirkt\w*|scheint|fiel\w*) (?:\w+ )?(?:etwas |"
        r"recht |ziemlich |eher |relativ |ganz |noch )?(?:kurz|lang|spät|früh|niedrig|hoch|schwach|"
        r"langsam|schnell|knapp|wenig|viel|groß|klein)(?=[.,;!]|$| und| aus)|(?:schläfst|schliefst|"
        r"gingst|gehst) (?:\w+ )?(?:spät|früh|lang|lange|kurz|wenig|viel)(?=[.,;!]|$)|"
        r"(?<!so )(?:spät|früh|lang|lange|kurz|wenig|viel|kaum) (?:geschlafen|gegangen|gelaufen|"
        r"bewegt)|(?:kurze|lange|späte|frühe)[nr]? (?:nacht|nächte)|(?:nur|bloß|lediglich|"
        r"gerade (?:ein)?mal)(?= (?:\w+ )?(?:\d|etwa|rund|knapp|zwei|drei|vier|fünf|sechs|sieben|"
        r"acht|neun|zehn))(?! (?:\d+|\w+) (?:von|der|% der zeit|prozent der zeit))|bedauerlich\w*|"
        r"zufriedenstellend\w*|erfreulich\w*|solide\w*|ordentlich\w*|(?:am wochenende|"
        r"an wochenenden|an freien tagen)\b[^.;]*\b(?:länger|kürzer|mehr|weniger|später|früher)|"
        r"(?:zu|sehr|recht|ziemlich|erstaunlich|ungewöhnlich) (?:oft|häufig|selten)|"
        r"genug (?:schlaf|geschlafen|bewegung|bewegt|schritte)|(?:schläfst|schliefst|bewegst|gehst|"
        r"schlafen) (?:\w+ )?genug|weiter so|gut gemacht|vorbildlich\w*|mager\w*)\b"
    ),
    kind=pattern(
        r"\b(?:(?:eine? |ein guter |einen )?(?:gute[rn]?|besser\w*|ideal\w*) (?:idee|weg|zeit\w*|"
        r"moment|zeitpunkt|ort|platz|anfang|gewohnheit|gelegenheit|anlass|start|schritt|ausklang|"
        r"bild)|gut (?:tun|tut|für dich passt|passt|passen|zu|möglich|lüften)|täte dir gut|"
        r"tut dir gut|(?:tun|tut) (?:\w+ )?gut|gut anfühl\w*|dir gut tut|so gut (?:es geht|"
        r"du kannst)|am besten|besser (?:vergleichen|einordnen|einschätzen|sagen|sehen|erkennen|"
        r"verstehen)|so (?:früh|spät|viel|lang) (?:es|wie|du)|so viel|(?:spät|früh|lang|"
        r"lange) (?:geschlafen|schlafen)|nicht zu (?:spät|früh|lang|viel)|zu (?:spät|früh))\b"
    ),
    professional=PROFESSIONAL,
    causes=pattern(
        r"\b(?:weil|(?<!täglichen )(?<!kleinen )(?<!deinen )wegen|aufgrund|auf grund|infolge|"
        r"folglich|deshalb|deswegen|daher|darum|somit|demnach|weshalb|weswegen|ursache\w*|"
        r"ursächlich|verursach\w*|bewirk\w*|auslös\w*|löst\w* [^.;]{0,40}?aus|ausgelöst|"
        r"führt\w* (?:\w+ )?(?:zu|dazu)\b|geführt|führte\w*|(?:liegt|lag|liegen|"
        r"lagen)(?: \w+){0,2} (?:am|daran)|(?:liegt|lag|liegen|lagen) (?:\w+ )?an (?:de|dei|ei)\w+|"
        r"(?:hin)?deute\w*|hinweis(?:e|en|t)? (?:auf|für|darauf)|hinweist|anzeichen|(?:ein |"
        r"als )?zeichen (?:für|von)|spricht (?:für|dafür)|sprechen (?:für|dafür)|zeugt|(?:lässt|"
        r"lassen|kann|können)\b[^.;]{0,60}? schließen|schließe\w* auf|schließen (?:lässt|lassen)|"
        r"rückschl\w*|(?:der |ein |als )?grund(?:e)? (?:für|dafür|ist|war)|gründe|zurückzuführen|"
        r"zurückführ\w*|(?:aus|be)wirk\w*|ausgewirkt|wirkt\w* sich|beeinfluss\w*|einfluss|"
        r"zusammenhäng\w*|häng\w* [^.;]{0,40}?zusammen|hängt (?:\w+ )?(?:mit|von|an)|zusammenhang|"
        r"dank|verdank\w*|folge (?:von|de[rs]|deine[rs])|zur folge|erklär\w*|schuld|(?:das|was|"
        r"dies) bedeutet|bedeute[tn],? dass|heißt,? dass|sorg(?:t|te|ten) (?:\w+ )?(?:für|dafür)|"
        r"(?:macht|machte|machen|hält|hielt|halten|lässt|ließ|lassen|brachte|bringt|bringen|hilft|"
        r"half|helfen) dich|dadurch|durch (?:de|die|das|dei|ei|zu|viel|wenig|spät|früh|weniger|"
        r"mehr|stress|lärm)\w*|reaktion auf|(?:bringt|bringen|schenkt|schenken|raubt|rauben|"
        r"stiehlt|nimmt|kostet|kosten) d(?:ir|ich|einen?)|verantwortlich|mitverantwortlich|"
        r"kommt (?:\w+ )?von|kam (?:\w+ )?von|rührt|zuliebe|seit du (?!dein gerät|die uhr|"
        r"es trägst)|da du|da (?:dein|deine|es|die|der|das|sich)|denn (?:du|dein|deine|es|die|der|"
        r"das)|beweis\w*|beleg\w*|verrät (?!nicht|dir|uns|,)|spiegel\w*|geht (?:\w+ )?auf|"
        r"zahlt sich|hat sich ausgezahlt|begünstig\w*|warum|wieso|weshalb|förder\w*|beding\w*|"
        r"indem)\b"
    ),
    injected=INJECTED,
    qualities={
        "sleep_onset_variability": (_STEADY, _UNSTEADY),
        "sleep_regularity_index": (_UNSTEADY, _STEADY),
        "interdaily_stability": (_UNSTEADY, _STEADY),
        "circadian_rhythm_strength": (_WEAK, _STRONG),
        "coverage": (_LITTLE_DATA, _MUCH_DATA),
        "valid_days": (_LITTLE_DATA, _MUCH_DATA),
    },
)
