"""What an honest language model says in German."""

from __future__ import annotations

from clarity.sources.generated.answers_bank import Bank, Noun

GERMAN = Bank(
    nouns={
        "total_sleep_time": Noun("deine Schlafdauer", "länger", "kürzer"),
        "sleep_efficiency": Noun("der Schlafanteil deiner Zeit im Bett", "höher", "niedriger"),
        "wake_after_sleep_onset": Noun("deine Wachzeit in der Nacht", "länger", "kürzer"),
        "sleep_onset_latency": Noun("die Zeit bis zum Einschlafen", "länger", "kürzer"),
        "awakenings": Noun("die Zahl deiner Wachphasen", "höher", "niedriger"),
        "sleep_onset_variability": Noun("die Schwankung deiner Einschlafzeit", "größer", "kleiner"),
        "sleep_midpoint": Noun("die Mitte deines Schlafs", "später", "früher"),
        "social_jet_lag": Noun(
            "der Abstand zwischen deinem Schlaf an Arbeitstagen und freien Tagen",
            "größer",
            "kleiner",
        ),
        "sleep_regularity_index": Noun("die Regelmäßigkeit deines Schlafs", "höher", "niedriger"),
        "circadian_rhythm_strength": Noun("die Stärke deines Tagesrhythmus", "höher", "niedriger"),
        "interdaily_stability": Noun(
            "die Ähnlichkeit deines Rhythmus von Tag zu Tag", "höher", "niedriger"
        ),
        "intradaily_variability": Noun(
            "die Zerstückelung deines Tagesrhythmus", "höher", "niedriger"
        ),
        "relative_amplitude": Noun(
            "der Unterschied zwischen deinen aktiven und ruhigen Stunden", "größer", "kleiner"
        ),
        "daily_steps": Noun("deine tägliche Schrittzahl", "höher", "niedriger"),
        "moderate_minutes": Noun("deine Zeit in zügiger Bewegung", "länger", "kürzer"),
        "activity_fragmentation": Noun("die Zerstückelung deiner Aktivität", "höher", "niedriger"),
        "rest_activity_ratio": Noun(
            "das Verhältnis der ruhigen zu den aktiven Stunden in deinem Tagesrhythmus",
            "höher",
            "niedriger",
        ),
        "m10": Noun("deine Aktivität in den aktivsten Stunden", "höher", "niedriger"),
        "l5": Noun("deine Aktivität in den ruhigsten Stunden", "höher", "niedriger"),
        "resting_heart_rate": Noun("dein Ruhepuls", "höher", "niedriger"),
    },
    measure={
        "total_sleep_time": (
            "du hast im Schnitt {x} geschlafen",
            "im Durchschnitt hast du {x} pro Tag geschlafen",
            "dein Schlaf dauerte durchschnittlich {x}",
            "durchschnittlich waren es {x} Schlaf am Tag",
            "an einem durchschnittlichen Tag dieser Woche hast du {x} geschlafen",
            "im Mittel kamst du auf {x} Schlaf",
            "deine mittlere Schlafdauer lag bei {x}",
            "pro Nacht hast du im Schnitt {x} geschlafen",
            "du kamst auf durchschnittlich {x} Schlaf",
            "jeden Tag hast du durchschnittlich {x} geschlafen",
            "dein Schlaf umfasste im Schnitt {x} pro Tag",
            "im Schnitt waren es {x} Schlaf pro Tag",
        ),
        "sleep_efficiency": (
            "{x} deiner Zeit im Bett hast du geschlafen",
            "von deiner Zeit im Bett hast du {x} geschlafen",
            "{x} der Zeit im Bett waren Schlaf",
            "der Schlaf machte {x} deiner Zeit im Bett aus",
            "deine Schlafeffizienz lag bei {x}",
            "du hast {x} der Zeit im Bett mit Schlafen verbracht",
            "im Bett hast du {x} der Zeit geschlafen",
        ),
        "wake_after_sleep_onset": (
            "nach dem Einschlafen warst du insgesamt {x} wach",
            "in der Nacht lagst du im Schnitt {x} wach",
            "zwischen Einschlafen und Aufstehen warst du {x} wach",
            "deine Wachzeit in der Nacht betrug {x}",
            "während deines Schlafs warst du im Schnitt {x} wach",
        ),
        "sleep_onset_latency": (
            "bis zum Einschlafen hast du {x} gebraucht",
            "zum Einschlafen hast du im Schnitt {x} gebraucht",
            "du lagst {x} im Bett, bevor du eingeschlafen bist",
            "im Schnitt dauerte es {x}, bis du eingeschlafen bist",
        ),
        "awakenings": (
            "du bist im Schnitt {x}-mal pro Nacht aufgewacht",
            "im Durchschnitt hattest du {x} Wachphasen pro Nacht",
        ),
        "sleep_onset_variability": (
            "deine Einschlafzeit schwankte von Tag zu Tag um {x}",
            "um {x} schwankte von Tag zu Tag die Zeit, zu der du eingeschlafen bist",
            "der Zeitpunkt, zu dem du eingeschlafen bist, schwankte um {x}",
            "wann du eingeschlafen bist, schwankte um {x}",
        ),
        "sleep_midpoint": (
            "die Mitte deines Schlafs lag bei {text}",
            "dein Schlaf hatte seine Mitte im Schnitt um {text}",
        ),
        "sleep_regularity_index": ("die Regelmäßigkeit deines Schlafs lag bei {x}",),
        "circadian_rhythm_strength": (
            "die Stärke deines Tagesrhythmus lag bei {x}",
            "dein Tagesrhythmus hatte eine Stärke von {x}",
        ),
        "interdaily_stability": (
            "die Ähnlichkeit deines Rhythmus von Tag zu Tag lag bei {x}",
            "von Tag zu Tag ergab sich für die Ähnlichkeit deines Rhythmus {x}",
        ),
        "intradaily_variability": (
            "die Zerstückelung deines Tagesrhythmus lag bei {x}",
            "für die Zerstückelung deines Tagesrhythmus ergab sich {x}",
        ),
        "relative_amplitude": (
            "der Unterschied zwischen deinen aktiven und ruhigen Stunden lag bei {x}",
            "zwischen aktiven und ruhigen Stunden ergab sich ein Unterschied von {x}",
        ),
        "daily_steps": (
            "du bist im Schnitt {x} am Tag gegangen",
            "im Durchschnitt hast du {x} pro Tag gemacht",
            "pro Tag kamst du auf {x}",
            "täglich waren es im Mittel {x}",
            "dein Tagesschnitt lag bei {n} Schritten",
            "durchschnittlich bist du täglich {x} gelaufen",
            "an einem durchschnittlichen Tag waren es {x}",
            "dein Gerät hat im Schnitt {x} am Tag gezählt",
            "deine Schrittzahl lag im Schnitt bei {x} am Tag",
        ),
        "moderate_minutes": (
            "du hast dich {x} am Tag zügig bewegt",
            "zügige Bewegung machte {x} am Tag aus",
        ),
        "activity_fragmentation": (
            "die Zerstückelung deiner Aktivität lag bei {x}",
            "für die Zerstückelung deiner Aktivität ergab sich {x}",
        ),
        "rest_activity_ratio": (
            "das Verhältnis der ruhigen zu den aktiven Stunden in deinem Tagesrhythmus lag bei {x}",
            "in deinem Tagesrhythmus lag das Verhältnis von Ruhe zu Aktivität bei {x}",
        ),
        "m10": ("in deinen aktivsten Stunden hast du {x} pro Minute gemacht",),
        "l5": ("in deinen ruhigsten Stunden hast du {x} pro Minute gemacht",),
        "resting_heart_rate": (
            "dein Ruhepuls lag bei {n} Schlägen pro Minute",
            "in Ruhe schlug dein Herz {n}-mal pro Minute",
            "dein Puls in Ruhe betrug {x} pro Minute",
            "in Ruhe hatte dein Herz {x} in der Minute",
            "im Ruhezustand lag dein Puls bei {n} Schlägen pro Minute",
            "dein Ruhepuls betrug im Schnitt {x} pro Minute",
        ),
        "": ("{label}: {text}", "bei „{label}“ zeigen die Daten: {text}"),
    },
    days=(
        "{x} von {y} Tagen hatten genug Daten",
        "an {x} von {y} Tagen gab es genug Daten",
        "diese Woche zählen {x} von {y} Tagen",
        "dein Gerät hat an {x} der {y} Tage genug aufgezeichnet",
        "dieses Bild beruht auf {x} von {y} Tagen",
        "von {y} Tagen konnten {x} gezählt werden",
        "dein Gerät hat an {x} von {y} Tagen genug Daten aufgezeichnet",
        "genug Daten liegen für {x} von {y} Tagen vor",
    ),
    coverage=(
        "für {x} der Zeit gibt es Daten",
        "dein Gerät hat {x} der Zeit erfasst",
        "{x} der Zeit sind mit Daten belegt",
        "aufgezeichnet wurden {x} der Zeit",
    ),
    weeks=("genug Daten gab es in {x}", "{x} hatten genug Daten"),
    window=("hier geht es um deine Woche, {text}", "das ist deine Woche: {text}"),
    met={
        "total_sleep_time": (
            "mit deinem Schlaf erreichst du die {y}, die für Erwachsene empfohlen sind",
            "dein Schlaf liegt nicht unter den {y}, die für Erwachsene empfohlen werden",
            "dein Schlaf erreicht die für Erwachsene empfohlenen {y}",
        ),
        "sleep_efficiency": (
            "der Schlafanteil deiner Zeit im Bett erreicht die {y}, die für Erwachsene gelten",
        ),
        "least": ("{name} erreicht die {y}, die für Erwachsene empfohlen sind",),
        "most": (
            "{name} liegt nicht über den {y}, die für Erwachsene empfohlen sind",
            "{name} bleibt innerhalb der {y}, die für Erwachsene empfohlen sind",
        ),
    },
    missed={
        "total_sleep_time": (
            "du schläfst weniger als die {y}, die für Erwachsene empfohlen sind",
            "mit deinem Schlaf liegst du unter den {y}, die für Erwachsene empfohlen werden",
            "dein Schlaf liegt unter den für Erwachsene empfohlenen {y}",
        ),
        "sleep_efficiency": (
            "der Schlafanteil deiner Zeit im Bett liegt unter den {y}, die für Erwachsene gelten",
        ),
        "least": (
            "{name} liegt unter den {y}, die für Erwachsene empfohlen sind",
            "{name} erreicht die für Erwachsene empfohlenen {y} nicht",
        ),
        "most": (
            "{name} liegt über den {y}, die für Erwachsene empfohlen sind",
            "{name} ist länger als die für Erwachsene empfohlenen {y}",
        ),
    },
    usual=(
        "sonst liegt {name} bei {x}",
        "{name} liegt gewöhnlich bei {x}",
        "in den Wochen davor lag {name} meist bei {x}",
        "in der Regel liegt {name} bei {x}",
    ),
    change=(
        "{name} war {x} {more} als sonst",
        "im Vergleich zu deinen üblichen Wochen war {name} {x} {more}",
        "{name} war um {x} {more} als gewöhnlich",
        "diese Woche war {name} {more} als sonst, und zwar um {x}",
        "{name} war {more} als üblich",
        "es gab eine Veränderung: {name} war {x} {more} als sonst",
    ),
    level=(
        "{name} war etwa wie sonst",
        "{name} war ungefähr so wie immer",
        "{name} hat sich gegenüber sonst kaum verändert",
        "{name} blieb etwa gleich",
        "{name} lag im üblichen Bereich",
    ),
    average=(
        "über den ganzen Zeitraum lag {name} im Schnitt bei {x}",
        "{name} lag über diese Wochen im Mittel bei {x}",
        "in diesen Wochen betrug {name} durchschnittlich {x}",
    ),
    rise=(
        "{name} ist pro Woche um {x} gestiegen",
        "von Woche zu Woche nahm {name} um {x} zu",
        "{name} steigt seit einigen Wochen",
        "{name} kletterte um {x} pro Woche",
    ),
    fall=(
        "{name} ist pro Woche um {x} gesunken",
        "von Woche zu Woche nahm {name} um {x} ab",
        "{name} sinkt seit einigen Wochen",
        "{name} ging um {x} pro Woche zurück",
    ),
    steady=("{name} blieb über diese Wochen gleich",),
    shift=(
        "{name} änderte sich in der Woche ab dem {day} von {x} auf {y}",
        "seit dem {day} liegt {name} bei {y} statt bei {x}",
        "vor dem {day} lag {name} bei {x}, seitdem bei {y}",
        "ab dem {day} lag {name} bei {y}, davor bei {x}",
    ),
    unknown=(
        "für {name} gab es nicht genug Daten",
        "{name} lässt sich diesmal nicht sagen, weil nicht genug Daten da sind",
        "es gab zu wenige Daten, um {name} zu bestimmen",
        "{name} ist diesmal nicht bekannt: es fehlten Daten",
        "über {name} lässt sich nichts sagen, dafür waren es zu wenige Daten",
    ),
    unable=(
        "dein Gerät kann das nicht messen: {name}",
        "{name} lässt sich mit deinem Gerät nicht bestimmen",
        "{name} geht aus dem, was dein Gerät aufzeichnet, nicht hervor",
        "{name} geht aus den Aufzeichnungen nicht hervor",
    ),
    advice={
        "total_sleep_time": (
            "wenn du mehr schlafen möchtest, könntest du etwas früher ins Bett gehen",
            "vielleicht magst du abends etwas früher zur Ruhe kommen",
            "ein etwas früherer Abend könnte dir guttun",
            "du könntest dir etwas mehr Zeit im Bett gönnen",
            "leg dich ruhig ein paar Minuten früher hin, wenn du magst",
        ),
        "sleep_onset_variability": (
            "du könntest versuchen, jeden Tag zu einer ähnlichen Zeit ins Bett zu gehen",
            "eine ähnliche Schlafenszeit kann helfen, wo dein Alltag es erlaubt",
            "eine feste Schlafenszeit an den meisten Tagen wäre einen Versuch wert",
        ),
        "wake_after_sleep_onset": (
            "ein kühles, dunkles und ruhiges Schlafzimmer kann das Weiterschlafen erleichtern",
            "du könntest dein Schlafzimmer kühl und dunkel halten",
            "ein dunkler, stiller Raum kann dir beim Weiterschlafen helfen",
        ),
        "daily_steps": (
            "wenn es dir passt, ist ein kurzer Spaziergang bei Tageslicht ein leichter Anfang",
            "vielleicht hast du Lust auf einen kleinen Spaziergang am Nachmittag",
            "ein kleiner Gang an der frischen Luft kann eine schöne Pause sein",
        ),
        "coverage": (
            "wenn du dein Gerät etwas öfter trägst, wird das nächste Bild vollständiger",
            "ein fester Zeitpunkt zum Laden würde weniger Lücken lassen",
            "wenn du dein Gerät nach dem Laden gleich wieder anlegst, schließen sich Lücken",
        ),
        "valid_days": (
            "trag dein Gerät weiter, dann lassen sich die nächsten Wochen vergleichen",
            "wenn du dein Gerät weiter trägst, kann die nächste Übersicht mehr sagen",
            "trag dein Gerät einfach weiter wie bisher",
        ),
    },
    joints=(", und ", "; ", " und "),
    fillers=("deine Woche im Überblick: ", "kurz gesagt: ", "zuerst das Wichtigste: "),
)
