"""German sentences that may reach a person. Lines as in tests.german_weeks."""

from __future__ import annotations

GOOD = """
H days | An 6 von 7 Tagen gab es genug Daten.
H days | Du hast dein Gerät an sechs von sieben Tagen lange genug getragen.
H days | Deine Uhr hat an sechs der sieben Tage genug aufgezeichnet.
H days | Sechs von sieben Tagen lassen sich auswerten, so oft hast du das Gerät getragen.
H cov | Für 91 % der Zeit liegen Daten vor.
H cov | Für gut 91 Prozent der Woche sind Daten da, der Rest bleibt offen.
H cov | Einundneunzig Prozent der Zeit hast du dein Armband getragen.
H win days | Hier ist deine Woche vom 8. bis 14. Juni 2026, mit Daten von sechs Tagen.
H win | Das sind die Daten vom 8. bis zum 14. Juni.
H win | Die Aufzeichnung reicht vom 8.6. bis 14.6.
H tst | Du hast im Schnitt 6 Stunden und 50 Minuten geschlafen.
H tst | Du hast im Mittel 6 h 50 min pro Nacht geschlafen.
H tst | Pro Nacht kamst du auf 6 Std. 50 Min. Schlaf.
H tst | Im Durchschnitt waren es sechs Stunden und fünfzig Minuten Schlaf.
H tst | Deine Nächte brachten dir rund sieben Stunden Schlaf.
H tst | Du schliefst durchschnittlich 6,8 Stunden.
H tst | Etwa 7 Stunden Schlaf waren es pro Nacht.
H tst | Du hast 410 Minuten pro Nacht geschlafen.
H tst | Knapp sieben Stunden hast du im Schnitt geschlafen.
H tst | Deine Schlafdauer lag im Schnitt bei 6:50 h.
H tst | Du hast weniger als 7 Stunden geschlafen.
H tst | Du hast mehr als sechs Stunden pro Nacht geschlafen.
H tst | Du hast mindestens 6 Stunden pro Nacht geschlafen.
H tst | Dein Schlaf dauerte im Schnitt unter 7 Stunden.
H se | Von der Zeit im Bett hast du 84 % geschlafen.
H se | 84 Prozent deiner Zeit im Bett waren Schlaf.
H se | Vierundachtzig Prozent der Zeit im Bett hast du geschlafen.
H se | Rund 84 % deiner Bettzeit hast du tatsächlich geschlafen.
H se | Deine Schlafeffizienz betrug 83,6 %.
H waso | Zwischendurch warst du pro Nacht 38 Minuten wach.
H waso | Nachts lagst du zwischen Einschlafen und Aufstehen 38 min wach.
H waso | Deine Wachzeit in der Nacht betrug achtunddreißig Minuten.
H waso | Etwa 40 Minuten der Nacht hast du wach gelegen.
S sol | Bis du eingeschlafen bist, vergingen im Schnitt 14 Minuten.
S sol | Zum Einschlafen hast du 14 min gebraucht.
S sol | Das Einschlafen dauerte etwa vierzehn Minuten.
S awk | Du bist im Schnitt 2,3-mal pro Nacht aufgewacht.
S awk | Pro Nacht bist du im Mittel 2,3 Mal wach geworden.
S awk | Im Mittel bist du 2,3 Mal pro Nacht aufgewacht.
H mid | Die Mitte deines Schlafs lag um 03:40 Uhr.
H mid | Um 3.40 Uhr hattest du im Schnitt die Mitte deiner Nacht erreicht.
H mid | Die Mitte deiner Nacht lag bei 3:40 Uhr.
S sjl | An freien Tagen verschob sich dein Schlaf um 1 h 5 min.
S sjl | Zwischen Arbeitstagen und freien Tagen lag dein Schlaf 65 Minuten auseinander.
S sri | Der Index für die Regelmäßigkeit deines Schlafs lag bei 71.
S sri | Deine Schlafzeiten waren recht regelmäßig, der Wert dafür ist 71.
H tst tst.r | Dein Schlaf erreicht die empfohlenen 7 h oder mehr nicht ganz.
H tst.r | Für Erwachsene werden 7 Stunden oder mehr Schlaf empfohlen.
H tst tst.r | Dein Schlaf liegt etwas unter der Empfehlung für Erwachsene.
H tst tst.r | Die Empfehlung von mindestens sieben Stunden Schlaf hast du damit knapp verfehlt.
H var | Wie regelmäßig du eingeschlafen bist, lässt sich diesmal nicht sagen.
H var | Für deine Einschlafzeiten reichen die Daten diese Woche nicht aus.
H var | Ob deine Einschlafzeit geschwankt hat, ist nicht bekannt: Es gibt zu wenige Daten.
H var | Zur Regelmäßigkeit deiner Schlafenszeit gab es nicht genug Daten.
H var | Wie sehr deine Schlafenszeit schwankte, können wir noch nicht sagen.
H var | Über deine Einschlafzeiten wissen wir diese Woche zu wenig.
H cr | Dein Tagesrhythmus hatte eine Stärke von 0,62.
H cr | Die Stärke deines Tagesrhythmus lag bei 0,62; je höher der Wert, desto klarer das Muster.
H cr | Wie stark dein Rhythmus ausgeprägt ist, zeigt der Wert 0,62.
S is | Deine Tage ähnelten einander mit einem Rhythmuswert von 0,55.
S is | Die Stabilität deines Rhythmus von Tag zu Tag betrug 0,55.
A iv | Dein Rhythmus war mit 0,81 etwas zerstückelt.
A ra | Der Kontrast zwischen aktiven und ruhigen Stunden in deinem Rhythmus lag bei 0,88.
H steps | Du bist im Schnitt 9.850 Schritte am Tag gegangen.
H steps | Pro Tag kamst du auf etwa 9.800 Schritte.
H steps | Täglich hast du 9850 Schritte gemacht.
H steps | Du hast neuntausendachthundertfünfzig Schritte am Tag zurückgelegt.
H steps | Rund 10.000 Schritte bist du täglich gelaufen.
H steps | Fast zehntausend Schritte am Tag: So viel bist du gegangen.
H steps | Du warst unterwegs: im Mittel 9.850 Schritte täglich.
H steps | Du bist mehr als 9.000 Schritte am Tag gegangen.
H mod | Du hast dich 24 Minuten am Tag zügig bewegt.
H mod | Im Schnitt warst du am Tag vierundzwanzig Minuten flott in Bewegung.
H mod | Deine zügige Bewegung kam auf 24 min täglich.
A frag | Deine Bewegung wurde oft von Pausen unterbrochen, der Wert dafür ist 0,22.
H rhr | Dein Ruhepuls lag bei 58 Schlägen pro Minute.
H rhr | In Ruhe schlug dein Herz 58-mal pro Minute.
H rhr | Im Ruhezustand schlug dein Herz achtundfünfzig Mal in der Minute.
H rhr | Dein Ruhepuls betrug 58 Schläge/min.
H rhr | Deine Herzfrequenz in Ruhe lag im Schnitt bei 58 Schlägen pro Minute.
H rhr | Der Ruhepuls: 58 Schläge in der Minute.
H tst.c | Du hast 30 Minuten weniger geschlafen als sonst.
H tst.c | Dein Schlaf war eine halbe Stunde kürzer als gewohnt.
H tst.c | Du hast weniger geschlafen als in den Wochen davor.
H tst tst.u | Mit 6 h 50 min hast du kürzer geschlafen als üblich; sonst sind es 7 h 20 min.
H tst.u | Sonst schläfst du 7 Stunden 20 Minuten.
H tst.u | Üblicherweise kommst du auf 7 h 20 min Schlaf.
H tst.u | Für dich gewöhnlich sind 7 Stunden und 20 Minuten Schlaf pro Nacht.
H tst.c | Deine Schlafdauer ist gegenüber deinen früheren Wochen um 30 min gesunken.
H tst.c | Verglichen mit deinen früheren Wochen hast du etwas kürzer geschlafen.
H steps.c | Du bist 1.250 Schritte am Tag mehr gegangen als sonst.
H steps.c | Deine Schritte haben um 1.250 am Tag zugenommen.
H steps.c | Du bist etwa 1.250 Schritte am Tag mehr gegangen als gewöhnlich.
H steps.c | Deine Schrittzahl ist im Vergleich zu sonst gestiegen.
H steps.c | Deine Schritte nahmen gegenüber den Vorwochen zu.
H rhr.c | Dein Ruhepuls war so wie sonst.
H rhr.c | Beim Ruhepuls hat sich wenig verändert.
H rhr.c | Dein Ruhepuls ist in etwa gleich geblieben.
H rhr.c | Dein Ruhepuls liegt im für dich üblichen Bereich.
H rhr.c | Dein Ruhepuls blieb unverändert.
H mid.c | Die Mitte deines Schlafs lag 35 Minuten später als sonst.
H mid.c | Deine Schlafmitte hat sich um 35 min nach hinten verschoben.
M tst.t | Seit 14 Wochen schläfst du jede Woche etwa 4 Minuten weniger.
M tst.t | Über vierzehn Wochen ging deine Schlafdauer um rund 4 min pro Woche zurück.
M tst.t | Dein Schlaf wird seit vierzehn Wochen nach und nach kürzer.
M steps.s | Seit der Woche vom 27. April gehst du 10.010 statt 8.610 Schritte am Tag.
M steps.s | Deine Schritte sind in der Woche ab dem 27. April von 8.610 auf 10.010 am Tag gestiegen.
H tst se | Du hast 6 h 50 min geschlafen, und 84 % deiner Zeit im Bett waren Schlaf.
H tst steps | Du hast 6 h 50 min geschlafen und bist 9.850 Schritte am Tag gegangen.
H tst.c steps.c | Während dein Schlaf kürzer war als sonst, bist du mehr Schritte gegangen.
H days | Schön, dass du dein Gerät so oft getragen hast: an 6 von 7 Tagen.
H tst > | Vielleicht magst du abends etwas früher ins Bett gehen.
H var > | Eine feste Zeit zum Schlafengehen kann deinem Schlaf guttun.
H waso > | Ein dunkles, ruhiges und kühles Schlafzimmer kann beim Schlafen helfen.
H steps > | Wenn es für dich passt, mach einen kurzen Spaziergang bei Tageslicht.
H tst > | Trag dein Gerät auch nachts, dann wissen wir nächstes Mal mehr über deinen Schlaf.
H cov > | Lade dein Gerät am besten immer zur gleichen Zeit, zum Beispiel beim Duschen.
H tst > | Leg das Handy vor dem Schlafen ruhig einmal beiseite.
H steps > | Kleine Wege zu Fuß sind ein leichter Weg zu etwas mehr Bewegung.
S sol > | Achte auf das, was dir beim Einschlafen guttut.
H tst | Deine durchschnittliche Schlafdauer betrug 6 Stunden 50 Minuten.
H tst | Durchschnittlich hast du knapp 7 Stunden pro Nacht geschlafen.
H tst tst.c | Dein Schlaf war mit 6 h 50 min um 30 Minuten kürzer als üblich.
H tst.u tst.c | Im Vergleich zu deinen üblichen 7 h 20 min war dein Schlaf 30 Minuten kürzer.
H tst.c | Das sind 30 Minuten weniger Schlaf als bei dir üblich.
H tst.c | Du hast diese Woche etwas weniger geschlafen als gewöhnlich.
H tst tst.u tst.c | Deine Schlafdauer lag mit 6 h 50 min unter deinem üblichen Wert von 7 h 20 min.
H se | Von der Zeit, die du im Bett verbracht hast, hast du 84 % geschlafen.
H se | 84 % der Zeit im Bett hast du wirklich geschlafen.
H waso | Nachdem du eingeschlafen warst, lagst du im Schnitt noch 38 Minuten wach.
H waso | Pro Nacht warst du nach dem Einschlafen etwa 38 Minuten wach.
H mid mid.c | Die Mitte deines Schlafs lag bei 03:40 Uhr, also 35 Minuten später als sonst.
H mid.c | Deine Schlafmitte lag später als in den vergangenen Wochen.
H var | Zur Schwankung deiner Einschlafzeit fehlen noch Daten.
H var | Die Regelmäßigkeit deines Einschlafens bleibt diesmal offen, weil es zu wenige Daten gibt.
H steps steps.c | Mit 9.850 Schritten pro Tag warst du aktiver als sonst.
H steps | Du hast täglich rund 9.800 Schritte zurückgelegt.
H steps | Deine tägliche Schrittzahl lag bei 9.850.
H steps.c | Du bist im Schnitt 1.250 Schritte pro Tag mehr gegangen als in den Wochen zuvor.
H steps.c | Auch bei den Schritten hat sich etwas getan: Es waren 1.250 pro Tag mehr als sonst.
H steps steps.u steps.c | Du hast dich mehr bewegt als sonst: 9.850 statt 8.600 Schritte am Tag.
H mod | Davon warst du pro Tag rund 24 Minuten zügig zu Fuß unterwegs.
H rhr rhr.c | Dein Ruhepuls liegt mit 58 Schlägen pro Minute auf deinem gewohnten Niveau.
H rhr.c | Beim Ruhepuls gab es keine nennenswerte Veränderung.
H rhr rhr.c | Dein Ruhepuls ist mit 58 Schlägen pro Minute stabil geblieben.
H cr | Die Stärke deines Tagesrhythmus hatte einen Wert von 0,62.
H cr | Dein Tagesrhythmus war mit 0,62 deutlich erkennbar.
M tst.t | Seit einigen Wochen schläfst du nach und nach etwas weniger.
M tst.a | In den letzten Wochen hast du im Schnitt 7 Stunden und 14 Minuten geschlafen.
M steps.a | Über alle Wochen betrachtet waren es 9.360 Schritte am Tag.
M steps.s | Ab der Woche vom 27. April bist du mehr gegangen: 10.010 statt 8.610 Schritte am Tag.
H days | Du hattest an 6 von 7 Tagen genügend Daten.
H days | Von sieben Tagen konnten sechs ausgewertet werden.
H cov | Deine Daten decken 91 % der Zeit ab.
H cov | Insgesamt liegen für 91 % der Woche Daten vor.
S sjl | Zwischen freien Tagen und Arbeitstagen verschob sich deine Schlafmitte um 65 Minuten.
S sol | Du brauchtest im Schnitt 14 Minuten, um einzuschlafen.
S sol | Nach etwa 14 Minuten im Bett warst du eingeschlafen.
S awk | Im Schnitt bist du 2,3 Mal pro Nacht aufgewacht.
A m10 | In deinen aktivsten Stunden waren es 24,3 Schritte pro Minute.
S is | Tag für Tag sah dein Rhythmus ähnlich aus, der Wert dafür beträgt 0,55.
H mid > | Versuch doch einmal, jeden Abend zur gleichen Zeit ins Bett zu gehen.
H tst.c > | Wenn du möchtest, geh abends ein wenig früher schlafen.
H tst > | Vielleicht hilft dir ein ruhiger Abend ohne Bildschirm beim Einschlafen.
H steps > | Ein kleiner Spaziergang in der Mittagspause bringt etwas Bewegung in den Tag.
H waso > | Probier aus, das Schlafzimmer etwas kühler zu halten.
H mid > | Du könntest versuchen, auch am Wochenende zu einer ähnlichen Zeit aufzustehen.
H steps.c > | Behalte deine täglichen Wege bei, wenn sie dir guttun.
H steps > | Nimm ab und zu die Treppe statt des Aufzugs.
H mid > | Lege dir feste Schlafenszeiten zurecht, soweit es dein Alltag zulässt.
H cov > | Trag deine Uhr auch nachts, damit der nächste Bericht mehr über deinen Schlaf sagen kann.
H steps.c > | Schau dir in ein paar Wochen an, wie sich deine Schritte entwickeln.
H cr > | Tageslicht am Morgen kann deinem Rhythmus guttun.
H tst > | Dimme abends das Licht, wenn du magst.
H steps > | Plane dir kleine Pausen für Bewegung ein.
H win days | Dein Überblick für den 8. bis 14. Juni: An 6 von 7 Tagen lagen genug Daten vor.
H win | Schauen wir auf deine Woche vom 8. bis 14. Juni 2026.
H days | Für deine Woche konnten 6 von 7 Tagen ausgewertet werden.
H cov | Du hast dein Gerät fleißig getragen: Daten gibt es für 91 % der Zeit.
H tst.c | Du hast im Schnitt eine halbe Stunde weniger geschlafen als in deinen Wochen zuvor.
H tst.c | Im Vergleich zu deinen früheren Wochen hast du 30 Minuten weniger geschlafen.
H tst.u | Deine übliche Schlafdauer liegt bei 7 Stunden und 20 Minuten.
H tst tst.u | Sonst schläfst du im Schnitt 7 h 20 min, in dieser Woche waren es 6 h 50 min.
H se | 84 % deiner Zeit im Bett hast du schlafend verbracht.
H se se.c | Du hast 84 % der Zeit im Bett geschlafen, das entspricht deinem üblichen Wert.
H se se.c | Der Anteil der Zeit im Bett, den du geschlafen hast, blieb mit 84 % stabil.
H waso | Nach dem ersten Einschlafen lagst du noch 38 Minuten wach.
H mid mid.c | Dein Schlaf lag später als sonst: Die Mitte verschob sich um 35 Minuten auf 03:40 Uhr.
H mid.c | Du hast rund 35 Minuten später geschlafen als gewohnt.
H mid mid.u | Die Mitte deines Schlafs lag um 3:40 Uhr statt wie üblich um 3:05 Uhr.
H mid.u | Üblicherweise liegt die Mitte deines Schlafs um 03:05 Uhr.
H steps steps.c | Mit 9.850 Schritten am Tag hast du dich mehr bewegt als sonst.
H steps steps.c | Deine Schritte stiegen auf 9.850 am Tag.
H steps steps.u steps.c | Deine Schrittzahl stieg von 8.600 auf 9.850 Schritte am Tag.
H steps | Du warst viel unterwegs und bist täglich etwa 9.850 Schritte gegangen.
H steps | Deine durchschnittliche Schrittzahl: 9.850 pro Tag.
H mod | Du hast 24 Minuten pro Tag mit zügigem Gehen oder Laufen verbracht.
H rhr rhr.c | Dein Ruhepuls betrug 58 Schläge pro Minute, genau wie sonst.
H rhr.c | Dein Ruhepuls hat sich gegenüber den Wochen davor kaum verändert.
H rhr.c | Dein Ruhepuls zeigt keine Veränderung gegenüber sonst.
H rhr.c | Bei deinem Ruhepuls blieb alles beim Alten.
H rhr | Im Ruhezustand schlägt dein Herz etwa 58 Mal pro Minute.
M tst.t | Deine Schlafdauer ist über 14 Wochen um etwa 4 Minuten pro Woche zurückgegangen.
M tst.a | Im Mittel der letzten Wochen hast du 7 h 14 min geschlafen.
M rhr.a | In diesen Wochen lag dein Ruhepuls im Schnitt bei 58 Schlägen pro Minute.
M weeks | Von 13 Wochen hatten 13 genug Daten.
M weeks | Für alle Auswertungen gab es 13 von 13 Wochen mit genug Daten.
M steps.s | Deine Schritte sind seit der Woche vom 27. April von 8.610 auf 10.010 am Tag gestiegen.
S sri | Der Index für regelmäßigen Schlaf lag bei 71.
S sri | Von Tag zu Tag war dein Schlaf ähnlich, der Index liegt bei 71.
S sjl | Am Wochenende verschob sich dein Schlaf um 1 Stunde und 5 Minuten.
A frag | Deine Aktivität wurde immer wieder von Pausen unterbrochen; der Wert liegt bei 0,22.
A l5 | In den ruhigsten Stunden waren es 1,2 Schritte pro Minute.
H mid > | Falls du magst, leg abends eine feste Zeit fest, zu der du ins Bett gehst.
H mid.c > | Versuch, eine halbwegs feste Schlafenszeit zu finden, die zu deinem Alltag passt.
H tst > | Wenn du dir mehr Schlaf wünschst, könntest du abends etwas früher zur Ruhe kommen.
H cov > | Wenn du dein Gerät auch nachts trägst, wird das Bild deines Schlafs genauer.
H waso > | Ein ruhiges, dunkles Schlafzimmer kann helfen, nachts weniger wach zu liegen.
H steps > | Steig eine Haltestelle früher aus und geh den Rest zu Fuß, wenn es passt.
H steps > | Mach weiter mit deinen täglichen Wegen zu Fuß, wenn sie dir Freude machen.
H tst > | Lass den Tag ruhig ausklingen, zum Beispiel mit einem Buch statt mit dem Bildschirm.
H mid > | Halte deine Aufstehzeit möglichst ähnlich, auch an freien Tagen.
H tst > | Gönne dir am Abend Zeit zum Abschalten.
H steps > | Verabrede dich mit jemandem zu einem Spaziergang.
H days > | Vielleicht passt dir ein fester Moment am Tag, um dein Gerät aufzuladen.
H win days | Deine Woche im Blick: Vom 8. bis 14. Juni gab es an sechs von sieben Tagen genug Daten.
H days | Grundlage sind Daten von 6 der 7 Tage.
H cov | Dein Gerät war 91 % der Zeit im Einsatz und hat Daten geliefert.
H cov | Die Daten deiner Uhr decken rund 91 Prozent der Woche ab.
H tst | Geschlafen hast du im Schnitt 6 Stunden und 50 Minuten.
H tst | Pro Nacht waren es durchschnittlich 6 h 50 min Schlaf.
H tst | So lange hast du geschlafen: 6 Stunden und 50 Minuten pro Tag.
H tst | Dein durchschnittlicher Schlaf: 6 Stunden 50 Minuten.
H tst.c | Das ist eine halbe Stunde weniger Schlaf als üblich.
H tst.c | Um 30 Minuten kürzer als sonst war dein Schlaf.
H tst.c | Deine Nächte waren kürzer als sonst, du hast 30 Minuten weniger geschlafen.
H tst.u tst.c | Verglichen mit deinem üblichen Schlaf von 7 h 20 min waren es 30 Minuten weniger.
H tst tst.u | Statt der üblichen 7 h 20 min hast du 6 h 50 min geschlafen.
H tst.u | In den Wochen davor lag dein Schlaf bei 7 Stunden und 20 Minuten.
H tst.u | Bisher hast du meist 7 Stunden und 20 Minuten geschlafen.
H se | Der Anteil der Zeit im Bett, in der du geschlafen hast, betrug 84 %.
H waso | Insgesamt 38 Minuten pro Nacht warst du zwischendurch wach.
H waso | Zwischen dem Einschlafen und dem Aufstehen lagen im Schnitt 38 Minuten Wachzeit.
H waso | In der Nacht lagst du insgesamt 38 Minuten wach.
H waso waso.r | Du warst nachts 38 Minuten wach; für Erwachsene sind höchstens 20 Minuten empfohlen.
H mid mid.c | Dein Schlaf verschob sich um 35 Minuten nach hinten, seine Mitte lag bei 3:40 Uhr.
H mid mid.u mid.c | Deine Schlafmitte ist von 3:05 Uhr auf 3:40 Uhr gerückt.
H mid | Die Schlafmitte, also der Punkt zwischen Einschlafen und Aufwachen, lag um 3:40 Uhr.
H var | Wie regelmäßig du schlafen gehst, bleibt noch offen.
H var | Um etwas über deine Einschlafzeiten zu sagen, fehlen noch Daten.
H var | Zu deinen Einschlafzeiten können wir noch nichts Genaues sagen.
H var | Die Datenlage reicht nicht, um die Schwankung deiner Einschlafzeit zu bestimmen.
H cr | Dein Tagesrhythmus ist mit einem Wert von 0,62 recht klar.
H cr | Auf der Skala der Rhythmusstärke liegst du bei 0,62.
H steps | Zu Fuß kamen im Schnitt 9.850 Schritte am Tag zusammen.
H steps | Täglich bist du an die 10.000 Schritte gegangen.
H steps | Es waren im Schnitt etwas weniger als 10.000 Schritte am Tag.
H steps steps.c | Damit bist du 1.250 Schritte über deinem üblichen Wert.
H steps.c | Das entspricht 1.250 Schritten mehr pro Tag als sonst.
H steps.c | Deine Schritte lagen 1.250 am Tag über dem, was für dich üblich ist.
H steps.c | Deine Schritte legten gegenüber sonst zu.
H steps.c | Bei deinen Schritten ging es nach oben: 1.250 mehr am Tag als sonst.
H steps steps.u | Üblich sind bei dir 8.600 Schritte am Tag, diesmal waren es 9.850.
H mod | 24 Minuten am Tag bist du flott gegangen oder gelaufen.
H mod mod.r | Mit 24 Minuten flotter Bewegung liegst du über den empfohlenen 21 Minuten.
H mod mod.r | Die für Erwachsene empfohlenen 21 Minuten zügiger Bewegung am Tag hast du erreicht.
H rhr | In Ruhe lag dein Puls bei 58 Schlägen in der Minute.
H rhr | Dein Herz schlug in Ruhe durchschnittlich 58 Mal pro Minute.
H rhr rhr.c | Dein Ruhepuls bewegt sich mit 58 Schlägen pro Minute im gewohnten Rahmen.
H rhr.c | Am Ruhepuls hat sich nichts geändert.
H rhr.c | Dein Ruhepuls unterscheidet sich kaum von dem der Wochen davor.
M tst.t | Seit 14 Wochen wird dein Schlaf Woche für Woche um etwa 4 Minuten kürzer.
M tst.t | Im Lauf von 14 Wochen ist dein Schlaf jede Woche um rund 4 Minuten kürzer geworden.
M tst.a | Über die 13 Wochen gerechnet hast du im Schnitt 7 h 14 min geschlafen.
M steps.a | Im ganzen Zeitraum waren es im Mittel 9.360 Schritte am Tag.
M steps.s | In der Woche vom 27. April gab es einen Sprung: von 8.610 auf 10.010 Schritte am Tag.
M steps.s | Bis zur Woche vom 27. April waren es 8.610 Schritte am Tag, danach 10.010.
H steps > | Ein paar Minuten frische Luft am Vormittag tun vielen gut.
H tst > | Such dir eine Zeit aus, zu der du abends zur Ruhe kommst.
H tst > | Wer mag, kann den Abend ohne Handy ausklingen lassen.
H cov > | Ein fester Platz für das Ladegerät hilft, das Gerät regelmäßig zu tragen.
H steps > | Wie wäre es mit einer kleinen Runde um den Block?
H tst.c > | Gönn dir am freien Tag ruhig ein Nickerchen.
H mid > | Bleib bei deinen Gewohnheiten, wenn sie sich gut anfühlen.
H tst | Das waren im Schnitt 6 Stunden und 50 Minuten pro Nacht.
H tst | So kamst du auf 6 Stunden und 50 Minuten pro Nacht.
H tst | Er dauerte im Schnitt 6 Stunden und 50 Minuten.
H tst.c | Damit waren es 30 Minuten weniger als sonst.
H tst.c | Das sind 30 Minuten weniger als gewohnt.
H win | Die neueste Woche umfasst den 8. bis 14. Juni.
H days | Die Auswertung stützt sich auf sechs von sieben Tagen.
H steps | Deine Schritte: im Mittel 9.850 am Tag.
H steps | Du warst ungefähr 9.800 Schritte am Tag zu Fuß unterwegs.
H steps steps.c | Deine Schritte kletterten auf 9.850 am Tag.
H steps steps.c | Die Zahl deiner Schritte stieg um 1.250 auf 9.850 am Tag.
H steps.c | Bei den Schritten ging es aufwärts.
H tst.c | Dein Schlaf ist etwas zurückgegangen.
H tst.c | Dein Schlaf fiel um eine halbe Stunde kürzer aus als sonst.
H rhr.c | Dein Puls in Ruhe hat sich nicht verändert.
H rhr rhr.c | Mit 58 Schlägen pro Minute liegt dein Ruhepuls dort, wo er sonst auch liegt.
H rhr rhr.c | Deine Herzfrequenz in Ruhe: 58 Schläge pro Minute, wie gewohnt.
H mid.c | Die Mitte des Schlafs liegt jetzt 35 Minuten später.
H mid mid.c | Deine Nacht hat sich nach hinten verlagert, die Mitte lag um 3:40 Uhr.
H se | Während du im Bett warst, hast du 84 % der Zeit geschlafen.
H waso | Nachts bist du zwischendurch wach gewesen, zusammen 38 Minuten pro Nacht.
H waso | Wach gelegen hast du pro Nacht etwa 38 Minuten.
H var | Über die Schwankung deiner Einschlafzeit lässt sich mit so wenigen Daten nichts sagen.
H var | Die Einschlafzeit schwankte vielleicht, das lässt sich aber noch nicht sagen.
H cr | Je höher dieser Wert, desto deutlicher der Tagesrhythmus: Bei dir liegt er bei 0,62.
H cr | Dein Tagesrhythmus ist gut erkennbar, der Wert beträgt 0,62.
M tst.t | In den letzten 14 Wochen wurde dein Schlaf immer kürzer, um etwa 4 Minuten pro Woche.
M tst.t | Es gibt einen Trend zu weniger Schlaf: etwa 4 Minuten weniger pro Woche.
M tst.a | Im Mittel der 13 Wochen hast du 7 h 14 min geschlafen.
M steps.a | Auf die Wochen verteilt kamst du auf 9.360 Schritte am Tag.
M steps.s | Von der Woche vom 27. April an gingst du mehr, 10.010 Schritte am Tag nach vorher 8.610.
H mid > | Wenn du magst, probiere eine feste Uhrzeit zum Aufstehen aus.
H tst > | Ein paar ruhige Minuten vor dem Einschlafen können angenehm sein.
H days > | Schön wäre es, wenn du dein Gerät auch nachts trägst.
H steps > | Vielleicht ist ein Spaziergang am Nachmittag etwas für dich.
H tst > | Wenn du Zeit hast, leg dich tagsüber kurz hin.
H cr > | Behalte deinen Rhythmus bei, wenn er sich für dich richtig anfühlt.
R tst | Du hast 8 h 40 min pro Tag geschlafen.
R tst tst.c | Mit 8 Stunden und 40 Minuten hast du 44 Minuten mehr geschlafen als sonst.
R tst.c | Dein Schlaf war eine Dreiviertelstunde länger als gewöhnlich.
R tst.c | Deine Schlafdauer hat gegenüber den Wochen davor zugenommen.
R tst tst.r | Dein Schlaf erreicht die für Erwachsene empfohlenen 7 Stunden oder mehr.
R tst tst.u | Üblich sind bei dir 7 h 56 min Schlaf, diesmal waren es 8 h 40 min.
R var | Deine Einschlafzeit schwankte von Tag zu Tag um etwa 20 Minuten.
R var | Du bist zu recht festen Zeiten eingeschlafen, mit etwa 20 Minuten Unterschied.
R var.c | Deine Einschlafzeit schwankte weniger als sonst.
R var.c | Du bist regelmäßiger eingeschlafen als sonst.
R var var.u | Deine Einschlafzeit schwankte um 20 Minuten statt wie sonst um eine Stunde.
R cr.c | Dein Tagesrhythmus war schwächer ausgeprägt als sonst.
R cr cr.u | Die Stärke deines Tagesrhythmus lag bei 0,50 statt bei den üblichen 0,70.
R steps.c | Du bist 3.000 Schritte am Tag weniger gegangen als sonst.
R steps.c | Deine Schritte sind gegenüber sonst zurückgegangen.
R steps.c | Deine Schrittzahl ging um 3.000 am Tag zurück.
R steps steps.u | Du bist 6.000 Schritte am Tag gegangen, sonst sind es 9.000.
R steps.c | Du warst weniger zu Fuß unterwegs als in den Wochen davor.
R rhr.c | Dein Ruhepuls war um 10 Schläge pro Minute höher als sonst.
R rhr.c | Dein Ruhepuls ist gestiegen.
R rhr rhr.c | Dein Ruhepuls lag bei 70 Schlägen pro Minute, 10 mehr als sonst.
R rhr rhr.u | Dein Ruhepuls betrug 70 Schläge pro Minute statt der üblichen 60.
R tst.c steps.c | Du hast länger geschlafen und bist weniger Schritte gegangen als sonst.
R steps > | Wenn du Lust hast, geh eine kleine Runde bei Tageslicht.
D tst | Dein Schlaf ist aus Bewegung und Puls geschätzt.
D tst | Die Schlafdauer von 6 Stunden und 50 Minuten ist eine Schätzung.
D rhr | Dein Gerät hat deinen Ruhepuls nicht aufgezeichnet.
D rhr | Zum Ruhepuls kann dein Gerät nichts sagen.
D rhr | Wie schnell dein Herz in Ruhe schlägt, misst dein Gerät nicht.
D rhr | Dein Ruhepuls ist nicht bekannt.
P rhr > | In einer Arztpraxis kann dein Ruhepuls ein Thema sein.
P rhr > | Sprich deinen Ruhepuls bei Gelegenheit in deiner Hausarztpraxis an.
"""
