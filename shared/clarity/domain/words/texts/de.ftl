# What a person reads, in German. Project Fluent, https://projectfluent.org.
#
# The same messages, levels and arguments as in en.ftl, whose comments say what they are. The person
# is "du". Quantities arrive as nominatives that are accusatives too ("6 Schritte am Tag"), so no
# sentence puts them into the dative; durations, percentages and days do not change their form.

## Quantities. $value and the like are numbers.

number = { $value }
minutes = { $minutes ->
        [one] { $minutes } Minute
       *[other] { $minutes } Minuten
    }
hours = { $hours ->
        [one] { $hours } Stunde
       *[other] { $hours } Stunden
    }
hours-minutes = { $hours ->
        [one] { $hours } Stunde
       *[other] { $hours } Stunden
    } und { $minutes ->
        [one] { $minutes } Minute
       *[other] { $minutes } Minuten
    }
percent = { $value } %
steps-a-day = { $value ->
        [one] { $value } Schritt am Tag
       *[other] { $value } Schritte am Tag
    }
# The same where "am Tag" has been said.
steps-alone = { $value ->
        [one] { $value } Schritt
       *[other] { $value } Schritte
    }
steps-a-minute = { $value ->
        [one] { $value } Schritt pro Minute
       *[other] { $value } Schritte pro Minute
    }
beats-alone = { $value ->
        [one] { $value } Schlag
       *[other] { $value } Schläge
    }
beats-a-minute = { $value ->
        [one] { $value } Schlag pro Minute
       *[other] { $value } Schläge pro Minute
    }
points = { $value ->
        [one] { $value } Prozentpunkt
       *[other] { $value } Prozentpunkte
    }
## Dates and times. $hour and $minute have two digits; the months are names, days and years digits.

clock = { $hour }:{ $minute } Uhr
date = { $day }. { $month }
dates-one-day = { $day }. { $month } { $year }
dates-one-month = { $first_day }. bis { $last_day }. { $last_month } { $last_year }
dates-one-year = { $first_day }. { $first_month } bis { $last_day }. { $last_month } { $last_year }
dates-two-years = { $first_day }. { $first_month } { $first_year } bis { $last_day }. { $last_month } { $last_year }

## What a fact is, in a list of facts.

label-valid-days = Tage mit genug Daten
label-coverage = Anteil der Zeit mit Daten
label-weeks-counted = Wochen mit genug Daten
label-window = Datum der neuesten Woche
label-total-sleep-time = durchschnittliche Schlafdauer pro Tag
label-sleep-efficiency = Anteil der Zeit im Bett, der Schlaf war
label-wake-after-sleep-onset = Wachzeit zwischen Einschlafen und Aufwachen
label-sleep-onset-latency = Zeit im Bett bis zum Einschlafen
label-awakenings = wie oft man während eines Schlafs wach wird
label-sleep-onset-variability = Schwankung der Einschlafzeit von Tag zu Tag
label-sleep-midpoint = Mitte des Schlafs
label-social-jet-lag = Unterschied der Schlafzeiten zwischen Wochenende und anderen Tagen
label-sleep-regularity-index = Regelmäßigkeit des Schlafs von Tag zu Tag
label-circadian-rhythm-strength = Stärke des Tagesrhythmus der Aktivität
label-interdaily-stability = Ähnlichkeit des Tagesrhythmus von Tag zu Tag
label-intradaily-variability = Zerstückelung des Tagesrhythmus der Aktivität
label-relative-amplitude = Kontrast zwischen aktiven und ruhigen Stunden im Tagesrhythmus
label-rest-activity-ratio = Verhältnis der ruhigen zu den aktiven Stunden im Tagesrhythmus
label-m10 = Aktivität in den aktivsten Stunden
label-l5 = Aktivität in den ruhigsten Stunden
label-daily-steps = durchschnittliche Schritte am Tag
label-moderate-minutes = Zeit mit zügigem Gehen oder Laufen
label-activity-fragmentation = Zerstückelung der Aktivität durch Pausen
label-resting-heart-rate = Ruhepuls

# $label is one of the above.
kind-reference = { $label }: für Erwachsene empfohlen
kind-reference-young = { $label }: in deinem Alter empfohlen
kind-usual = { $label }: bei dir üblich
kind-change = { $label }: neueste Woche gegenüber sonst
kind-average = { $label }: Mittel der Wochen
kind-trend = { $label }: Veränderung von Woche zu Woche
kind-shift = { $label }: wo es sich verändert hat

## What a fact's value is. Arguments are quantities that are written out, but for $count, $of and
## $weeks, which are numbers.

fact-too-little = nicht bekannt: zu wenige Daten
fact-device-cannot-tell = nicht bekannt: das Gerät hat es nicht aufgezeichnet
fact-days = { $count } von { $of ->
        [one] { $of } Tag
       *[other] { $of } Tagen
    }
fact-days-alone = { $count ->
        [one] { $count } Tag
       *[other] { $count } Tage
    }
fact-weeks = { $count } von { $of ->
        [one] { $of } Woche
       *[other] { $of } Wochen
    }
fact-at-least = mindestens { $value }
fact-at-most = höchstens { $value }
fact-between = { $low } bis { $high }
# $direction: more, less, later, earlier or same; without $amount where it is same.
fact-change = { $direction ->
        [more] { $amount } mehr als sonst
        [less] { $amount } weniger als sonst
        [later] { $amount } später als sonst
        [earlier] { $amount } früher als sonst
       *[same] im bei dir üblichen Bereich
    }
# The change from one week to the next, and over how many.
fact-trend = { $direction ->
        [later] jede Woche etwa { $amount } später, über { $weeks } Wochen
        [earlier] jede Woche etwa { $amount } früher, über { $weeks } Wochen
        [less] jede Woche etwa { $amount } weniger, über { $weeks } Wochen
       *[more] jede Woche etwa { $amount } mehr, über { $weeks } Wochen
    }
# $before and $after are levels; $day: a date, the first day of the first week at the new level.
fact-shift = vorher { $before }, seit der Woche vom { $day } dann { $after }

## Names inside sentences: the subject of a sentence, singular.

subject-total-sleep-time = deine Schlafdauer
subject-sleep-efficiency = der Schlafanteil deiner Zeit im Bett
subject-wake-after-sleep-onset = deine Wachzeit nach dem Einschlafen
subject-sleep-onset-variability = die Schwankung deiner Einschlafzeit
subject-sleep-midpoint = die Mitte deines Schlafs
subject-circadian-rhythm-strength = die Stärke deines Tagesrhythmus
subject-daily-steps = deine tägliche Schrittzahl
subject-moderate-minutes = deine Zeit mit zügigem Gehen oder Laufen
subject-resting-heart-rate = dein Ruhepuls

# What cannot be told: clauses after "um zu sagen,", "offen bleibt," and "verrät nicht,".
unknown-total-sleep-time = wie lange du geschlafen hast
unknown-sleep-efficiency = wie viel von deiner Zeit im Bett Schlaf war
unknown-wake-after-sleep-onset = wie lange du nach dem Einschlafen wach warst
unknown-sleep-onset-variability = wie regelmäßig du eingeschlafen bist
unknown-circadian-rhythm-strength = wie stark dein Tagesrhythmus war
unknown-daily-steps = wie viele Schritte du gemacht hast
unknown-resting-heart-rate = wie schnell dein Herz in Ruhe geschlagen hat

# $head: names with commas between them, or a single name.
list-and = { $head } und { $last }
list-or = { $head } oder { $last }

## The opening.

# $dates: of a week, after "vom"; $days: "6 von 7 Tagen" or "6 Tage".
open-week =
    .plain = { $variant ->
        [0] Das ist deine Woche vom { $dates }.
        [1] Hier ist deine Woche vom { $dates }.
       *[other] Deine Woche vom { $dates } in wenigen Worten.
    }
    .detailed = { $variant ->
        [0] Hier ist deine Woche vom { $dates }, mit genug Daten für { $days }.
        [1] Hier geht es um deine Woche vom { $dates }; genug Daten gibt es für { $days }.
       *[other] Deine Woche vom { $dates } ist da, mit genug Daten für { $days }.
    }
open-week-undated =
    .plain = Von deinem Gerät gibt es genug Daten für { $days }.
    .detailed = Hier ist deine Woche, mit genug Daten für { $days }.
counted-days =
    .plain = Genug Daten gibt es für { $days }.
# $weeks: "11 von 13 Wochen".
open-weeks =
    .plain = { $variant ->
        [0] Hier geht es um deine letzten Wochen. Genug Daten gibt es für { $weeks }.
        [1] Das sind deine letzten Wochen: Genug Daten gibt es für { $weeks }.
       *[other] Ein Blick zurück: Genug Daten gibt es für { $weeks }.
    }
    .detailed = { $variant ->
        [0] Hier geht es um deine letzten Wochen; genug Daten gibt es für { $weeks }.
        [1] Das sind deine letzten Wochen, mit genug Daten für { $weeks }.
       *[other] Ein Blick zurück auf die letzten Wochen: Genug Daten gibt es für { $weeks }.
    }
few-days =
    .plain = Deine Daten reichen für { $days }. Das ist ein erster Eindruck.
    .detailed = Die Daten geben einen ersten Eindruck, noch nicht das ganze Bild.
few-weeks =
    .plain = Deine Daten reichen für { $weeks }. Das ist ein erster Eindruck.
    .detailed = Die Daten geben einen ersten Eindruck von deinen Wochen, noch nicht das ganze Bild.
# Before the newest week, after the weeks as a whole.
newest-week =
    .plain = Nun zu deiner neuesten Woche vom { $dates }.
    .detailed = Nun zu deiner neuesten Woche vom { $dates }; genug Daten gibt es für { $days }.

## The newest week against what is usual. $amount: the difference; $value: the newest week's.

change-total-sleep-time-more =
    .plain = { $variant ->
        [0] Du hast länger geschlafen als sonst: { $amount } mehr pro Tag.
        [1] Du hast pro Tag { $amount } länger geschlafen als sonst.
       *[other] Dein Schlaf war länger als sonst, um { $amount } pro Tag.
    }
    .detailed = { $variant ->
        [0] Du hast im Schnitt { $value } pro Tag geschlafen, { $amount } mehr als sonst.
        [1] Im Schnitt kamst du auf { $value } Schlaf pro Tag, { $amount } mehr als sonst bei dir.
       *[other] Mit { $value } pro Tag hast du im Schnitt { $amount } mehr geschlafen als sonst.
    }
change-total-sleep-time-less =
    .plain = { $variant ->
        [0] Du hast kürzer geschlafen als sonst: { $amount } weniger pro Tag.
        [1] Du hast pro Tag { $amount } kürzer geschlafen als sonst.
       *[other] Dein Schlaf war kürzer als sonst, um { $amount } pro Tag.
    }
    .detailed = { $variant ->
        [0] Du hast im Schnitt { $value } pro Tag geschlafen, { $amount } weniger als sonst.
        [1] Im Schnitt kamst du auf { $value } Schlaf pro Tag, { $amount } weniger als sonst bei dir.
       *[other] Mit { $value } pro Tag hast du im Schnitt { $amount } weniger geschlafen als sonst.
    }
# The middle of the sleep, a clock time: later, earlier.
change-sleep-midpoint-more =
    .plain = Du hast { $amount } später geschlafen als sonst.
    .detailed = Die Mitte deines Schlafs lag um { $value }, { $amount } später als sonst.
change-sleep-midpoint-less =
    .plain = Du hast { $amount } früher geschlafen als sonst.
    .detailed = Die Mitte deines Schlafs lag um { $value }, { $amount } früher als sonst.
# $usual: what is usual for the person, as $value is written.
change-sleep-efficiency-more =
    .plain = Du hast mehr von deiner Zeit im Bett geschlafen als sonst: { $value }.
    .detailed = Du hast mehr von deiner Zeit im Bett geschlafen als sonst: { $value } statt { $usual }.
change-sleep-efficiency-less =
    .plain = Du hast weniger von deiner Zeit im Bett geschlafen als sonst: { $value }.
    .detailed = Du hast weniger von deiner Zeit im Bett geschlafen als sonst: { $value } statt { $usual }.
change-wake-after-sleep-onset-more =
    .plain = Nach dem Einschlafen warst du { $amount } länger wach als sonst.
    .detailed = Nach dem Einschlafen warst du im Schnitt { $value } wach, { $amount } mehr als sonst.
change-wake-after-sleep-onset-less =
    .plain = Nach dem Einschlafen warst du { $amount } kürzer wach als sonst.
    .detailed = Nach dem Einschlafen warst du im Schnitt { $value } wach, { $amount } weniger als sonst.
change-sleep-onset-variability-more =
    .plain = Deine Einschlafzeit schwankte mehr als sonst.
    .detailed = Deine Einschlafzeit schwankte mehr als sonst: um etwa { $value } statt { $usual }.
change-sleep-onset-variability-less =
    .plain = Deine Einschlafzeit schwankte weniger als sonst.
    .detailed = Deine Einschlafzeit schwankte weniger als sonst: um etwa { $value } statt { $usual }.
change-circadian-rhythm-strength-more =
    .plain = Dein Tagesrhythmus war stärker als sonst.
    .detailed = Dein Tagesrhythmus war stärker ausgeprägt als sonst: { $value } statt { $usual }.
change-circadian-rhythm-strength-less =
    .plain = Dein Tagesrhythmus war weniger stark als sonst.
    .detailed = Dein Tagesrhythmus war weniger stark ausgeprägt als sonst: { $value } statt { $usual }.
# $amount: "400 Schritte", $value: "9.850 Schritte am Tag".
change-daily-steps-more =
    .plain = { $variant ->
        [0] Du hast mehr Schritte gemacht als sonst: { $amount } mehr am Tag.
        [1] Du hast am Tag { $amount } mehr gemacht als sonst.
       *[other] Es waren mehr Schritte als sonst: { $amount } mehr am Tag.
    }
    .detailed = { $variant ->
        [0] Du hast im Schnitt { $value } gemacht, { $amount } mehr als sonst.
        [1] Im Schnitt waren es { $value }, { $amount } mehr als sonst.
       *[other] Im Schnitt kamst du auf { $value }, { $amount } mehr als sonst.
    }
change-daily-steps-less =
    .plain = { $variant ->
        [0] Du hast weniger Schritte gemacht als sonst: { $amount } weniger am Tag.
        [1] Du hast am Tag { $amount } weniger gemacht als sonst.
       *[other] Es waren weniger Schritte als sonst: { $amount } weniger am Tag.
    }
    .detailed = { $variant ->
        [0] Du hast im Schnitt { $value } gemacht, { $amount } weniger als sonst.
        [1] Im Schnitt waren es { $value }, { $amount } weniger als sonst.
       *[other] Im Schnitt kamst du auf { $value }, { $amount } weniger als sonst.
    }
change-moderate-minutes-more =
    .plain = Du warst pro Tag { $amount } länger zügig zu Fuß unterwegs als sonst.
    .detailed = Du bist pro Tag { $value } zügig gegangen oder gelaufen, { $amount } mehr als sonst.
change-moderate-minutes-less =
    .plain = Du warst pro Tag { $amount } kürzer zügig zu Fuß unterwegs als sonst.
    .detailed = Du bist pro Tag { $value } zügig gegangen oder gelaufen, { $amount } weniger als sonst.
# $amount: "3 Schläge", $value: "58 Schläge pro Minute".
change-resting-heart-rate-more =
    .plain = Dein Ruhepuls war um { $amount } höher als sonst.
    .detailed = Dein Ruhepuls betrug { $value }, { $amount } mehr als sonst.
change-resting-heart-rate-less =
    .plain = Dein Ruhepuls war um { $amount } niedriger als sonst.
    .detailed = Dein Ruhepuls betrug { $value }, { $amount } weniger als sonst.
# $names: two or more subjects in a list.
calm =
    .plain = { $variant ->
        [0] Wenig war anders: { $names } blieben etwa gleich.
        [1] Etwa so wie sonst: { $names }.
       *[other] Wie sonst auch: { $names } blieben etwa gleich.
    }
    .detailed = { $variant ->
        [0] Es war eine Woche wie sonst auch: { $names } blieben etwa gleich.
        [1] Wie in deinen Wochen davor blieben { $names } etwa gleich.
       *[other] Es gab wenig Veränderung: { $names } blieben etwa wie sonst.
    }
# Beside what has changed.
same =
    .plain = Etwa so wie sonst: { $names }.
    .detailed = { $variant ->
        [0] Etwa so wie sonst: { $names }.
       *[other] Was etwa gleich geblieben ist: { $names }.
    }

## What was measured.

sleep-time =
    .plain = { $variant ->
        [0] Du hast im Schnitt { $sleep } pro Tag geschlafen.
        [1] Im Schnitt hast du { $sleep } pro Tag geschlafen.
       *[other] Dein Schlaf dauerte im Schnitt { $sleep } pro Tag.
    }
    .detailed = { $variant ->
        [0] Du hast im Schnitt { $sleep } pro Tag geschlafen.
        [1] Im Schnitt hast du { $sleep } pro Tag geschlafen.
       *[other] Im Schnitt kamst du auf { $sleep } Schlaf pro Tag.
    }
sleep-efficiency =
    .plain = Von deiner Zeit im Bett hast du { $share } geschlafen.
    .detailed = { $variant ->
        [0] Von deiner Zeit im Bett hast du { $share } geschlafen.
        [1] Du hast { $share } der Zeit im Bett geschlafen.
       *[other] Der Schlaf nahm { $share } deiner Zeit im Bett ein.
    }
sleep-estimated =
    .plain = Dein Schlaf ist aus Bewegung und Puls geschätzt.
    .detailed = Dein Gerät hat selbst keinen Schlaf aufgezeichnet; dein Schlaf ist aus Bewegung und Herzfrequenz geschätzt.
# $steps ends in "Schritte am Tag".
steps =
    .plain = { $variant ->
        [0] Du hast im Schnitt { $steps } gemacht.
        [1] Im Schnitt hast du { $steps } gemacht.
       *[other] Im Schnitt waren es { $steps }.
    }
    .detailed = { $variant ->
        [0] Du hast im Schnitt { $steps } gemacht.
        [1] Im Schnitt hat dein Gerät { $steps } gezählt.
       *[other] Im Schnitt kamst du auf { $steps }.
    }
moderate =
    .plain = Du bist pro Tag { $time } zügig gegangen oder gelaufen.
    .detailed = Im Schnitt warst du { $time } pro Tag zügig oder noch schneller zu Fuß unterwegs.
wake =
    .plain = Nach dem Einschlafen warst du { $awake } wach.
    .detailed = { $variant ->
        [0] Nach dem Einschlafen warst du zwischendurch im Schnitt { $awake } wach.
        [1] Zwischen Einschlafen und Aufstehen warst du im Schnitt { $awake } wach.
       *[other] Deine Wachzeit nach dem Einschlafen betrug im Schnitt { $awake }.
    }
latency =
    .plain = Du bist nach { $time } im Bett eingeschlafen.
    .detailed = Im Bett hat es im Schnitt { $time } gedauert, bis du eingeschlafen bist.
onset-steady =
    .plain = Du bist zu ziemlich festen Zeiten eingeschlafen.
    .detailed = Du bist zu ziemlich festen Zeiten eingeschlafen, mit etwa { $spread } Unterschied von Tag zu Tag.
onset-varied =
    .plain = Deine Einschlafzeit schwankte um etwa { $spread }.
    .detailed = Deine Einschlafzeit schwankte von Tag zu Tag um etwa { $spread }.
onset-wandering =
    .plain = Deine Einschlafzeit schwankte deutlich, um etwa { $spread }.
    .detailed = Deine Einschlafzeit schwankte von Tag zu Tag deutlich, um etwa { $spread }.
midpoint =
    .detailed = Die Mitte deines Schlafs lag im Schnitt um { $time }.
regularity =
    .detailed = Die Regelmäßigkeit deines Schlafs lag auf dem Index bei { $index }; je höher der Wert, desto ähnlicher ist dein Schlaf von Tag zu Tag.
weekend =
    .detailed = Zwischen Wochenende und anderen Tagen lag die Mitte deines Schlafs { $time } auseinander.
rhythm-alike =
    .plain = Dein Tagesrhythmus war stark: Deine Aktivität folgte einer Welle am Tag.
rhythm-differing =
    .plain = Dein Tagesrhythmus war locker: Deine Aktivität folgte nicht nur einer Welle am Tag.
rhythm =
    .detailed = Die Stärke deines Tagesrhythmus lag bei { $index }; je höher der Wert, desto mehr folgt deine Aktivität einer einzigen Welle am Tag.
stability =
    .detailed = Die Ähnlichkeit deines Tagesrhythmus von Tag zu Tag lag bei { $index }; je höher der Wert, desto mehr glichen sich deine Tage.
variability =
    .detailed = Die Zerstückelung deines Tagesrhythmus lag bei { $index }; je niedriger der Wert, desto seltener wechselten sich Ruhe und Aktivität ab.
amplitude =
    .detailed = Der Kontrast zwischen aktiven und ruhigen Stunden in deinem Tagesrhythmus lag bei { $index }; je höher der Wert, desto klarer der Kontrast.
fragmentation =
    .detailed = Die Zerstückelung deiner Aktivität lag bei { $index }; je niedriger der Wert, desto länger bleibst du vor einer Pause in Bewegung.
ratio =
    .detailed = Das Verhältnis der ruhigen zu den aktiven Stunden in deinem Tagesrhythmus lag bei { $index }; je niedriger der Wert, desto klarer der Kontrast zwischen ihnen.
heart =
    .plain = Dein Ruhepuls betrug { $beats }.
    .detailed = { $variant ->
        [0] Dein Ruhepuls betrug { $beats }.
        [1] In Ruhe machte dein Herz im Schnitt { $beats }.
       *[other] Im Schnitt betrug dein Ruhepuls { $beats }.
    }

## Several weeks.

average-total-sleep-time =
    .plain = Über diese Wochen hast du im Schnitt { $value } pro Tag geschlafen.
    .detailed = { $variant ->
        [0] Über diese Wochen hast du im Schnitt { $value } pro Tag geschlafen.
       *[other] Über alle diese Wochen kamst du im Schnitt auf { $value } Schlaf pro Tag.
    }
# $value ends in "Schritte am Tag".
average-daily-steps =
    .plain = Über dieselben Wochen hast du im Schnitt { $value } gemacht.
    .detailed = { $variant ->
        [0] Über dieselben Wochen hast du im Schnitt { $value } gemacht.
       *[other] Über dieselben Wochen waren es im Schnitt { $value }.
    }
average-resting-heart-rate =
    .plain = Dein Ruhepuls betrug über die Wochen im Schnitt { $value }.
    .detailed = Dein Ruhepuls betrug über die Wochen im Schnitt { $value }.
# $subject: one of the subjects; $change: the value of a trend, "jede Woche etwa 4 Minuten mehr, ...".
trend =
    .plain = Über die Wochen hat sich { $subject } verändert: { $change }.
    .detailed = { $variant ->
        [0] Über die Wochen zeigt { $subject } einen Trend: { $change }.
        [1] Über alle Wochen gesehen, zeigt { $subject } einen Trend: { $change }.
       *[other] Über die Wochen hat sich { $subject } stetig verändert: { $change }.
    }
# $change: the value of a shift, "vorher 7 Stunden, seit der Woche vom 8. Juni dann 6 Stunden".
shift =
    .plain = Hier hat sich { $subject } verändert: { $change }.
    .detailed = { $variant ->
        [0] An einem Punkt hat sich { $subject } verändert: { $change }.
        [1] Eine Stelle fällt auf, an der sich { $subject } verändert hat: { $change }.
       *[other] Über die Wochen hat sich { $subject } an einem Punkt verändert: { $change }.
    }

## Beside what is published. $reference: "mindestens 7 Stunden", "7 Stunden bis 8 Stunden"; $whose:
## young or adult.

reference-total-sleep-time-below =
    .plain = Dein Schlaf liegt im Schnitt unter dem Richtwert. { $whose ->
        [young] In deinem Alter
       *[adult] Für Erwachsene
    } werden { $reference } empfohlen.
    .detailed = Dein Schlaf liegt im Schnitt unter dem Richtwert: { $whose ->
        [young] In deinem Alter
       *[adult] Für Erwachsene
    } werden { $reference } pro Tag empfohlen.
reference-total-sleep-time-near =
    .plain = Dein Schlaf liegt im Schnitt knapp unter dem Richtwert. { $whose ->
        [young] In deinem Alter
       *[adult] Für Erwachsene
    } werden { $reference } empfohlen.
    .detailed = Dein Schlaf liegt im Schnitt knapp unter dem Richtwert: { $whose ->
        [young] In deinem Alter
       *[adult] Für Erwachsene
    } werden { $reference } pro Tag empfohlen.
reference-total-sleep-time-met =
    .plain = Dein Schlaf erreicht im Schnitt den Richtwert. { $whose ->
        [young] In deinem Alter
       *[adult] Für Erwachsene
    } werden { $reference } empfohlen.
    .detailed = Dein Schlaf erreicht im Schnitt den Richtwert: { $whose ->
        [young] In deinem Alter
       *[adult] Für Erwachsene
    } werden { $reference } pro Tag empfohlen.
reference-total-sleep-time-above =
    .plain = Dein Schlaf liegt im Schnitt über dem Richtwert. { $whose ->
        [young] In deinem Alter
       *[adult] Für Erwachsene
    } werden { $reference } empfohlen.
    .detailed = Dein Schlaf liegt im Schnitt über dem Richtwert: { $whose ->
        [young] In deinem Alter
       *[adult] Für Erwachsene
    } werden { $reference } pro Tag empfohlen.
reference-sleep-efficiency-below =
    .detailed = Der Schlafanteil deiner Zeit im Bett liegt unter dem Richtwert: Für Erwachsene werden { $reference } empfohlen.
reference-sleep-efficiency-met =
    .detailed = Der Schlafanteil deiner Zeit im Bett erreicht den Richtwert: Für Erwachsene werden { $reference } empfohlen.
# Only met: steps see walking and running, and there are other ways to be active.
reference-moderate-minutes-met =
    .plain = Dein zügiges Gehen oder Laufen erreicht den Richtwert. Für Erwachsene werden { $reference } pro Tag empfohlen.
    .detailed = Schon dein zügiges Gehen oder Laufen erreicht den Richtwert: Für Erwachsene werden { $reference } pro Tag empfohlen.

## What is not known. $names: two to four of the unknowns in a list, or one.

lacking =
    .plain = Es gab nicht genug Daten. Offen bleibt, { $names }.
    .detailed = Diesmal gab es nicht genug Daten, um zu sagen, { $names }.
untold =
    .plain = Dein Gerät hat nicht aufgezeichnet, { $names }.
    .detailed = Was dein Gerät aufgezeichnet hat, verrät nicht, { $names }; das bleibt offen.
coverage =
    .plain = Für { $share } der Zeit gibt es Daten.
    .detailed = Für { $share } der Zeit gibt es Daten; der Rest bleibt offen.

## What the person might try. Offers, for whom they suit.

try-night-wear =
    .plain = Trag dein Gerät auch beim Schlafen, wenn du magst. So zeigt es mehr.
    .detailed = { $variant ->
        [0] Wenn du dein Gerät auch beim Schlafen trägst, kann der nächste Rückblick mehr über deinen Schlaf sagen.
       *[other] Falls es für dich bequem ist, trag dein Gerät auch beim Schlafen; dann kann der nächste Rückblick mehr über deinen Schlaf sagen.
    }
try-wear =
    .plain = Trag dein Gerät etwas öfter, wenn du magst. So zeigt es mehr.
    .detailed = { $variant ->
        [0] Lade dein Gerät immer zu einer festen Zeit und trag es den Rest des Tages; so wird das nächste Bild vollständiger.
       *[other] Je mehr du dein Gerät am Tag trägst oder bei dir hast, desto mehr kann dir der nächste Rückblick erzählen.
    }
try-more-sleep =
    .plain = { $variant ->
        [0] Möchtest du mehr schlafen? Dann nimm dir etwas mehr Zeit dafür.
       *[other] Passt etwas mehr Zeit für Schlaf in deinen Tag?
    }
    .detailed = { $variant ->
        [0] Wenn du gern mehr schlafen möchtest, ist etwas mehr Zeit dafür ein sanfter Anfang, wo deine Tage es erlauben.
       *[other] Wenn du das Gefühl hast, mehr Schlaf täte dir gut, fang klein an: mit etwas mehr Zeit im Bett an Tagen, die es erlauben.
    }
try-rest =
    .plain = Wenn sich eine Pause ergibt, nimm sie dir ruhig.
    .detailed = { $variant ->
        [0] Wenn sich eine Gelegenheit zum Ausruhen ergibt, nutze sie ruhig.
       *[other] Auch kurze Pausen zählen: Wo sich eine ergibt, nimm sie dir ruhig.
    }
try-regular =
    .plain = Geh zu ähnlichen Zeiten schlafen, wenn deine Tage es erlauben.
    .detailed = { $variant ->
        [0] Wo deine Tage es erlauben, ist es einen Versuch wert, zu ähnlichen Zeiten schlafen zu gehen.
       *[other] Wo du die Wahl hast, geh zu ähnlichen Zeiten ins Bett, auch an freien Tagen.
    }
try-quiet =
    .plain = Ein dunkler und ruhiger Platz zum Schlafen kann angenehm sein.
    .detailed = { $variant ->
        [0] Wenn du es in der Hand hast, ist ein kühler, dunkler und ruhiger Platz zum Schlafen einen Versuch wert.
       *[other] Wo du kannst, mach den Platz, an dem du schläfst, kühl, dunkel und ruhig.
    }
try-walk =
    .plain = Wenn es dir passt, geh eine kurze Runde bei Tageslicht.
    .detailed = { $variant ->
        [0] Wenn es dir passt, ist ein kurzer Spaziergang bei Tageslicht ein leichter Weg zu etwas mehr Bewegung.
       *[other] Wenn du Lust auf etwas mehr Bewegung hast, ist ein kurzer Spaziergang bei Tageslicht ein Anfang.
    }
try-continue =
    .plain = Trag dein Gerät weiter. So lassen sich deine Wochen vergleichen.
    .detailed = Wenn du dein Gerät weiter trägst, lassen sich die kommenden Wochen mit dieser vergleichen.
# Only where a published threshold for it is crossed.
professional =
    .plain = In einer Arztpraxis kann { $subject } ein Thema sein.
    .detailed = Wenn du das nächste Mal in einer Arztpraxis bist, kann dort auch { $subject } zur Sprache kommen.

## The push notification: nothing about the person in it.

push-title = Dein neuer Rückblick ist da
push-body = Öffne die App, um ihn zu lesen.
