"""German sentences that may not reach a person, by what the check must say of them.

Lines as in tests.german_weeks.
"""

from __future__ import annotations

BAD = {
    "number": """
H tst tst.r | Mit 6 h 50 min schläfst du mindestens so viel wie empfohlen.
H waso waso.r | Deine Wachzeit von 38 Minuten liegt im empfohlenen Bereich.
H tst.c | Du hast 24 Minuten weniger geschlafen als sonst.
H tst.c | Du hast 30 % weniger geschlafen als sonst.
H steps.c | Du hast 30 Schritte weniger gemacht als sonst.
H mid.c | Die Mitte deines Schlafs lag 35 Stunden später als sonst.
H mid mid.u | Die Mitte deines Schlafs lag um 03:05 Uhr.
H mid mid.u | Sonst liegt die Mitte deines Schlafs um 03:40 Uhr.
S waso sol | Nach 38 Minuten bist du eingeschlafen.
S waso sol | Du warst nachts 14 Minuten wach.
H tst waso | Du hast 38 Minuten geschlafen und warst 6 h 50 min wach.
S cr is | Die Stabilität deines Rhythmus lag bei 0,62.
S cr is | Die Stärke deines Rhythmus lag bei 0,55.
A ra iv | Der Kontrast in deinem Rhythmus lag bei 0,81.
A ra iv | Dein Rhythmus war mit 0,88 zerstückelt.
A m10 l5 | In deinen aktivsten Stunden waren es 1,2 Schritte pro Minute.
A m10 l5 | In deinen ruhigsten Stunden waren es 24,3 Schritte pro Minute.
S awk sri | Der Index deiner Regelmäßigkeit lag bei 2,3.
S awk sri | Du bist 71-mal pro Nacht aufgewacht.
H cov se | Für 84 % der Zeit gibt es Daten, und 91 % der Zeit im Bett hast du geschlafen.
H days | An 7 von 6 Tagen gab es Daten.
H days | An sieben Tagen gab es genug Daten.
H win | Das sind deine letzten zwei Wochen.
M tst tst.a | Über die letzten 14 Wochen hast du 6 h 50 min geschlafen.
M tst tst.a | In den letzten Wochen hast du im Schnitt 410 Minuten geschlafen.
M tst tst.a | Diese Woche hast du 7 h 14 min geschlafen.
M tst.t | Du schläfst jeden Tag 4 Minuten weniger.
M tst.t | Du schläfst pro Monat 4 Minuten weniger.
M tst.t | Seit 14 Monaten schläfst du jede Woche 4 Minuten weniger.
M tst.t | Du hast diese Woche 4 Minuten weniger geschlafen.
H steps | Mit 9.850 Schritten hast du dich nicht genug bewegt.
H steps | Deine 9.850 Schritte sind 98,5 % von 10.000.
H steps | Mit 9.850 Schritten bist du fast am Ziel von 10.000.
H tst | Du hast 7 h 50 min pro Nacht geschlafen.
H tst | Du hast 6 Stunden und 5 Minuten geschlafen.
H tst | Du hast etwa 6 Stunden geschlafen.
H tst | Du hast sechs Stunden geschlafen.
H tst | Du hast siebeneinhalb Stunden geschlafen.
H tst | Du hast sieben Stunden und vierzig Minuten geschlafen.
H tst | Du hast 8,6 Stunden geschlafen.
H tst | Du hast 6.8 Stunden geschlafen und 12 Minuten gedöst.
H tst | Du hast 450 Minuten geschlafen.
H tst | Du hattest eine achtstündige Nacht.
H tst | Eine 8-stündige Nacht liegt hinter dir, so viel hast du geschlafen.
H waso | Du hast dreimal nachts wach gelegen.
S awk | Du bist pro Nacht fünfmal aufgewacht.
S awk | Du bist 3,2-mal pro Nacht aufgewacht.
H se | Du hast 84 Minuten der Nacht geschlafen.
H se | Von deiner Zeit im Bett waren 48 % Schlaf.
H se | Von deiner Zeit im Bett waren vierundsiebzig Prozent Schlaf.
H se | Von deiner Zeit im Bett waren fast 90 Prozent Schlaf.
H se | Die Hälfte der Zeit im Bett hast du geschlafen.
H se | Drei Viertel der Zeit im Bett hast du geschlafen.
H waso | Ein Drittel der Nacht hast du wach gelegen.
H se | Zwei Drittel der Nacht hast du geschlafen.
S awk | Ein Dutzend Mal bist du nachts aufgewacht.
S awk | Ein paarmal bist du pro Nacht aufgewacht.
H waso | Nachts warst du 83 Minuten wach.
H waso | Nachts warst du 38 Stunden wach.
H waso | Nachts warst du 38 Sekunden wach.
H waso | Nachts warst du 38 % der Zeit wach.
H waso | Nachts warst du eine Dreiviertelstunde wach.
H waso | Nachts warst du anderthalb Stunden wach.
H waso | Nachts warst du eineinhalb Stunden wach.
H waso | Nachts warst du eine Stunde wach.
S sol | Zum Einschlafen hast du 41 Minuten gebraucht.
""",
    "direction": """
H tst tst.c | Dein Schlaf ist nicht kürzer als sonst.
H tst.c | Du hast nicht weniger geschlafen als sonst.
H tst.c | Du hast keineswegs kürzer geschlafen als sonst.
H tst.c | Dein Schlaf hat nicht abgenommen.
H steps.c | Deine Schritte sind nicht gestiegen.
H rhr.c | Dein Ruhepuls hat sich verändert.
H rhr.c | Dein Ruhepuls blieb nicht gleich.
H tst tst.r | Dein Schlaf liegt nicht unter der Empfehlung für Erwachsene.
H tst tst.r | Dein Schlaf liegt innerhalb der Empfehlung für Erwachsene.
H tst tst.r | Dein Schlaf liegt bei oder über den empfohlenen 7 Stunden.
H tst tst.r | Dein Schlaf deckt sich mit der Empfehlung für Erwachsene.
H waso waso.r | Deine Wachzeit von 38 Minuten bleibt unter den empfohlenen 20 Minuten.
H se se.r | Dein Schlafanteil von 84 % erreicht die empfohlenen 85 %.
H mod mod.r | Deine zügige Bewegung erreicht die empfohlenen 21 Minuten nicht.
H tst.c tst.r | Du hast 30 Minuten weniger geschlafen als empfohlen.
M steps.s | Seit der Woche vom 27. April gehst du 8.610 statt 10.010 Schritte am Tag.
M steps.s | Deine Schritte sprangen in der Woche vom 27. April von 10.010 auf 8.610 am Tag.
M tst.t | Dein Schlaf zeigt einen Trend nach oben.
H tst.c | Dein Schlaf wird stetig kürzer.
H tst.c | Seit Wochen schläfst du weniger.
H tst | So wird dein Schlaf wieder länger.
H tst | Nächste Woche schläfst du länger.
H tst | Von dir hätte man mehr Schlaf erwartet.
H tst | Ein bisschen mehr Einsatz beim Schlaf, bitte.
H steps | Du warst zu träge für mehr Schritte.
H steps | Steh endlich auf und mach mehr Schritte.
H tst | Du hast mehr als 7 Stunden geschlafen.
H tst | Du hast mindestens 7 Stunden geschlafen.
H tst | Du hast über 7 Stunden geschlafen.
H tst | Du hast 7 Stunden oder mehr geschlafen.
H tst | Du hast höchstens 6 Stunden geschlafen.
H tst | Du hast unter 6 Stunden geschlafen.
H tst | Du hast weniger als 6 Stunden und 50 Minuten geschlafen.
H steps | Du bist mehr als 10.000 Schritte am Tag gegangen.
H steps | Du bist weniger als 9.000 Schritte am Tag gegangen.
H steps | Du bist bis zu 9.000 Schritte am Tag gegangen.
H tst tst.r | Dein Schlaf liegt über den empfohlenen 7 h.
H tst tst.r | Dein Schlaf erreicht die empfohlenen 7 h.
H tst tst.r | Dein Schlaf erfüllt die Empfehlung für Erwachsene.
H tst tst.r | Mit deinem Schlaf liegst du im empfohlenen Bereich.
H tst.c | Du hast mehr geschlafen als sonst.
H tst.c | Du hast 30 Minuten mehr geschlafen als sonst.
H tst.c | Du hast länger geschlafen als üblich.
H tst.c | Dein Schlaf ist länger geworden.
H tst.c | Deine Schlafdauer ist gestiegen.
H tst.c | Deine Schlafdauer hat zugenommen.
H tst.c | Deine Schlafdauer nahm gegenüber den Vorwochen zu.
H tst.c | Du hast etwa so viel geschlafen wie sonst.
H tst.c | Dein Schlaf ist unverändert.
H tst.c | Dein Schlaf liegt im üblichen Bereich.
H steps.c | Du bist weniger Schritte gegangen als sonst.
H steps.c | Deine Schritte sind gesunken.
H steps.c | Deine Schritte gingen um 1.250 am Tag zurück.
H steps.c | Deine Schritte haben abgenommen.
H steps.c | Du warst seltener zu Fuß unterwegs als sonst, deine Schritte zeigen es.
H rhr.c | Dein Ruhepuls ist gestiegen.
H rhr.c | Dein Ruhepuls ist höher als sonst.
H rhr.c | Dein Ruhepuls fiel niedriger aus als gewöhnlich.
H mid.c | Die Mitte deines Schlafs lag 35 Minuten früher als sonst.
M tst.t | Seit 14 Wochen schläfst du jede Woche etwa 4 Minuten mehr.
M tst.t | Dein Schlaf wird seit vierzehn Wochen nach und nach länger.
M steps.s | Seit der Woche vom 27. April sind deine Schritte zurückgegangen.
H tst | Du hast 6 h 50 min geschlafen, mehr als sonst.
H tst | Dein Schlaf ist im Aufwärtstrend.
H steps | Deine Schritte werden immer mehr.
H tst | Mit etwas mehr Zeit im Bett wirst du dich wohler fühlen.
""",
    "time": """
H cov | Dein Gerät hat an 91 % der Tage aufgezeichnet.
H win | Das ist deine Woche vom 1. bis 7. Juni.
H win | Das ist deine Woche vom 8. Mai bis 14. Juni.
H tst | Mit diesem Schlaf wirst du bald wieder fit sein.
H tst | Danach schläfst du wie ein Baby.
H tst | Dein Schlaf erholt sich schon wieder.
H tst | Du bist um Mitternacht eingeschlafen.
H tst | Du hast mehr geschlafen als letzte Woche, 6 h 50 min.
H tst | Gestern hast du gut geschlafen.
H tst | Am Dienstag hast du am längsten geschlafen.
H tst | Deine beste Nacht war am Wochenende.
H tst | Deine schlechteste Nacht war die kürzeste.
H steps | Am Samstag bist du die meisten Schritte gegangen.
H tst | Im Juni hast du 6 h 50 min geschlafen.
H tst | Am 12. Juni hast du 6 h 50 min geschlafen.
M steps.s | Seit dem 12.6. bist du mehr Schritte gegangen.
H win | Deine Woche vom 9. bis 14. Juni liegt in den Daten vor.
H win | Deine Woche vom 8. bis 14. Juli liegt in den Daten vor.
H win | Deine Woche vom 8. bis 14. Juni 2025 liegt in den Daten vor.
H tst | Werktags hast du 6 h 50 min geschlafen.
H tst | In der letzten Nacht hast du 6 h 50 min geschlafen.
H tst | Das klingt nach einer Schlafphasenverschiebung.
H tst | Iss abends nichts Schweres, dann kommt der Schlaf.
H tst | Du hast 6 h 50 min geschlafen, ein neuer Rekord.
H tst | Du hast 6 h 50 min tief geschlafen.
H tst | Du hast 6 h 50 min im REM-Schlaf verbracht.
H tst | Bleib heute einfach wach.
H steps | Deine Schritte machen dich fit.
M steps.s | Seit der Woche vom 4. Mai gehst du mehr Schritte.
H tst | Dein Schlaf war tief und erholsam.
H tst | Du hattest viel Tiefschlaf.
H tst | Du warst am Morgen ausgeruht.
H tst | Du hast schlecht geträumt.
H se | Deine Schlafqualität war hoch.
H tst | In der Nacht auf Mittwoch hast du wenig geschlafen.
H mid | Die Mitte deines Schlafs lag am Nachmittag um 03:40 Uhr.
H rhr | Eine Ibuprofen am Abend beruhigt den Puls.
H tst | Trink abends Kamillentee, dann schläfst du ruhiger.
H tst | Verzichte abends auf Kaffee.
H tst | Du hast 6 h 50 min geschlafen und deine Laune war gut.
""",
    "subject": """
H mid | Du bist um 03:40 Uhr eingeschlafen.
H mid | Du bist um 03:40 Uhr aufgewacht.
H tst | Das kannst du besser, auch beim Schlaf.
H steps | Du sitzt zu viel, das zeigen die Schritte.
H steps | Du bist ein Stubenhocker, sagen die Schritte.
H steps | Deine Schritte sind besser als die der anderen.
H steps | Du hast tief geschlafen.
H tst | Du bist viel gelaufen.
H waso | Du hast 38 Minuten geschlafen.
H steps | Du warst 6 h 50 min nachts auf.
H cov | Dein Herz schlug ruhig.
H rhr | Dein Tag war lang.
H cr | Die Stärke lag bei 0,62.
S is | Deine Schritte sind 0,62 im Rhythmus.
S sol | Du hast 14 Minuten geschlafen.
H tst | Du wirst schon sehen, dein Schlaf kommt zurück.
H tst | Du hast es wieder nicht geschafft, genug zu schlafen.
H tst | Du könntest an einer Insomnie leiden, dein Schlaf zeigt es.
H tst | Du bist chronisch unausgeschlafen.
H tst | Du hast wohl Liebeskummer, sagt dein Schlaf.
H tst | Du bist gestresst, dein Schlaf zeigt es.
H tst | Wer wenig schläft, wird dick.
H steps | Hör nicht auf zu gehen, bis du umfällst.
H steps | Deine Knie werden es dir danken, all die Schritte.
H rhr | Vielleicht bekommst du eine Grippe, dein Ruhepuls zeigt es.
H tst | Ein Glas Rotwein hilft beim Einschlafen.
H tst | Frag deine Ärztin nach Ramelteon.
H tst | Deine Werte lassen an eine Fibromyalgie denken, sagt dein Schlaf.
H tst | Du hast ein Schlafdefizit aufgebaut.
H tst | Lade unsere App SchlafPlus herunter.
H tst | Als Sprachmodell sehe ich, dass du 6 h 50 min geschlafen hast.
H tst | Ton sommeil a duré 6 h 50 min.
H tst | Il tuo sonno è durato 6 h 50 min.
H tst | Je sliep 6 h 50 min per nacht.
H tst | Dein sleep war 6 h 50 min.
H steps | Du bist regelmäßig eingeschlafen, auch wenn Daten fehlen.
H tst | Du hast 6 h 50 min geschlafen, und dein Tag war stressig.
H tst | Wenn du das tust, schläfst du sicher besser.
""",
    "unknown": """
H var | Deine Einschlafzeit war regelmäßig.
H var | Du bist immer zu ähnlicher Zeit eingeschlafen.
H tst | Wie lange du geschlafen hast, ist nicht bekannt.
H tst | Für deinen Schlaf gibt es nicht genug Daten.
H steps | Deine Schritte lassen sich leider nicht auswerten.
H rhr | Über deinen Ruhepuls wissen wir nichts.
H tst | Dein Schlaf ist nur geschätzt.
H tst | Die Schlafdauer ist eine Schätzung.
H tst | Du schläfst zu wenig.
H tst | Das ist zu wenig, dein Schlaf reicht nicht.
H tst | Dein Schlaf sieht nicht gut aus.
H tst | Dein Körper bekommt nicht genug Schlaf.
H tst | Das ist viel zu wenig Schlaf für dich.
H var | Deine Einschlafzeit ist unbekannt, denn dein Gerät misst sie nicht.
H var | Dein Gerät kann die Einschlafzeit nicht messen.
D rhr | Für deinen Ruhepuls gibt es zu wenige Daten.
D var | Dein Gerät kann deine Einschlafzeit nicht messen.
""",
    "cause": """
H tst | Das bringt deinen Schlaf zurück.
H tst | Du hast 6 h 50 min geschlafen, weil du Stress hattest.
H tst | Wegen der Hitze hast du 6 h 50 min geschlafen.
H tst | Aufgrund deiner Arbeit hast du 6 h 50 min geschlafen.
H tst | Dein Schlaf deutet auf Stress hin.
H tst | Dein Schlaf liegt am vielen Kaffee.
H tst | Dein Schlaf lag wohl an der Arbeit.
H tst | Später Sport führt zu kürzerem Schlaf.
H tst | Dein Handy verursacht den kurzen Schlaf.
H tst | Deshalb hast du 6 h 50 min geschlafen.
H tst | Du warst gestresst, daher hast du 6 h 50 min geschlafen.
H tst | Dein Schlaf ist ein Zeichen für Stress.
H tst | Dein Schlaf lässt auf viel Arbeit schließen.
H tst | Der Grund für deinen Schlaf ist das späte Licht.
H tst | Das Licht am Abend hat sich auf deinen Schlaf ausgewirkt.
H tst | Dein Schlaf hängt mit deiner Arbeit zusammen.
H tst | Dank der frischen Luft hast du 6 h 50 min geschlafen.
H tst | Dein Schlaf ist auf den Lärm zurückzuführen.
H tst | Infolge der Reise hast du 6 h 50 min geschlafen.
H tst | Da du viel gearbeitet hast, waren es 6 h 50 min Schlaf.
H tst | Durch den Umzug hast du 6 h 50 min geschlafen.
H tst | Dein Schlaf wird sich dadurch verbessern.
H tst | Selbst schuld, wenn du so spät schläfst.
H tst | Das liegt sicher am Vollmond, dein Schlaf.
H tst | Die Kinder halten dich vom Schlaf ab.
H tst | Vereinbare einen Termin wegen deines Schlafs.
H tst | Melde dich bei deiner Krankenkasse wegen des Schlafs.
H steps | Deine Schritte halten dich jung.
H steps | Deine Schritte sind ein Beweis für deine Stärke.
H rhr | Dein Ruhepuls verrät Angst.
H rhr | Dein Ruhepuls spricht für eine Schilddrüsenunterfunktion.
H rhr | Ein EKG würde deinen Ruhepuls erklären.
H tst | Du solltest dir wegen deines Schlafs Gedanken machen.
H tst | Du hast 6 h 50 min geschlafen, was auf Stress schließen lässt.
H tst | Du hast 6 h 50 min geschlafen, vermutlich durch die Hitze.
H tst | Das späte Licht raubt dir den Schlaf.
H tst | Dein Handy kostet dich Schlaf.
H steps.c tst | Mehr Schritte bringen dir mehr Schlaf.
H tst | Geh mal zum Doktor wegen deinem Schlaf.
""",
    "safety": """
H tst | Du wirst diese Woche besser schlafen, versprochen.
H tst | Dir steht eine ruhigere Woche bevor, sagt dein Schlaf.
H steps | Deine Schritte sind ein Trauerspiel.
H steps | Deine Schritte sind blamabel.
H steps | Wie viele Schritte du gemacht hast, ist ein Witz.
H tst | Dein Schlaf deutet auf eine Schlafstörung.
H tst | Deine Nächte zeigen eine Insomnie.
H tst | Dein Schlaf passt zu einer Schlafapnoe.
H tst | Dein Schlaf ist typisch für eine Depression.
H tst | Dein Schlaf zeigt depressive Züge.
H tst | So schläft man mit einer Angststörung.
H tst | Dein Schlaf lässt an eine bipolare Phase denken.
H tst | Du schläfst wie jemand mit ADHS.
H tst | Dein Schlaf ist ein Symptom.
H tst | Du leidest unter Schlaflosigkeit.
H tst | Du hast nachts Herzrhythmusstörungen.
H tst | Dein Schlaf spricht für Vorhofflimmern.
H tst | Vielleicht ist dein Schlaf von einer Schilddrüsenüberfunktion gestört.
H tst | Nach diesem Schlaf hast du wohl Bluthochdruck.
H tst | Dein Schlaf ist krankhaft kurz.
H tst | Mit deinem Schlaf stimmt etwas nicht, du bist erkrankt.
H tst | Dein Schlaf erinnert an Parkinson.
H tst | Dein Schlaf ist ein früher Hinweis auf Demenz.
H tst | Du hast beim Schlafen wohl Fieber gehabt.
H tst | Deine Erschöpfung zeigt sich im Schlaf.
H tst | Dein Schlaf zeigt ein Burnout.
H tst | Du hast einen Schlafmangel.
H tst | Ein Schlafmittel hilft dir beim Schlafen.
H tst | Nimm abends 5 mg Melatonin für deinen Schlaf.
H tst | Melatonin verbessert deinen Schlaf.
H tst | Eine Tablette am Abend bringt dir mehr Schlaf.
H tst | Mit Zopiclon schläfst du ruhiger.
H tst | Lorazepam bringt dir Schlaf.
H tst | Metoprolol macht deinen Schlaf ruhiger.
H tst | Baldrian hilft beim Schlafen.
H tst | Nahrungsergänzungsmittel helfen deinem Schlaf.
H tst | Magnesium entspannt dich vor dem Schlafen.
H tst | Vitamin D fördert deinen Schlaf.
H tst | Erhöhe die Dosis, dann schläfst du ruhiger.
H tst | Setz deine Medikamente ab, dann schläfst du besser.
H tst | Lass dir etwas für den Schlaf verschreiben.
H tst | CBD-Öl hilft dir beim Schlafen.
H tst | Dein Schlaf ist gesund.
H tst | Dein Schlaf ist ungesund.
H tst | Dein Schlaf ist völlig normal.
H tst | Dein Schlaf ist abnormal.
H tst | Dein Schlaf ist bedenklich.
H tst | Dein Schlaf ist alarmierend kurz.
H tst | Dein Schlaf ist besorgniserregend.
H tst | Dein Schlaf ist viel zu kurz.
H tst | Dein Schlaf ist gefährlich kurz.
H tst | Dein Schlaf ist perfekt.
H tst | Dein Schlaf ist kein Grund zur Sorge.
H tst | Mach dir um deinen Schlaf keine Sorgen.
H tst | Du wirst garantiert wieder besser schlafen.
H tst | Mit Sicherheit schläfst du bald länger.
H tst | Deine Schlafwerte sind auffällig.
H tst | Dein Schlaf erhöht dein Risiko.
H tst | So wenig Schlaf ist lebensgefährlich.
H tst | Geh wegen deines Schlafs zum Arzt.
H tst | Deine Hausärztin sollte sich deinen Schlaf ansehen.
H tst | Sprich mit einem Therapeuten über deinen Schlaf.
H tst | Ein Schlaflabor könnte deinen Schlaf untersuchen.
H tst | Lass deinen Schlaf medizinisch abklären.
H tst | Such dir für deinen Schlaf professionelle Hilfe.
H tst | Geh mit deinem Schlaf in eine Klinik.
""",
    "verdict": """
H tst tst.r | Du schläfst genug: Empfohlen werden für Erwachsene mindestens 7 Stunden.
H tst tst.r | Du bekommst ausreichend Schlaf nach der Empfehlung für Erwachsene.
H tst | Dein Schlaf hat sich verbessert.
H tst | Dein Schlaf ist besser geworden.
H tst | Dein Schlaf hat sich verschlechtert.
H tst | Dein Schlaf ist schlecht.
H tst | Damit schläfst du besser ein.
H steps | Deine Schritte verbessern deine Ausdauer.
H rhr | Dein Ruhepuls ist mit 58 Schlägen sehr niedrig.
H steps | Das war eine schwache Leistung bei den Schritten.
H steps | Super gemacht, deine Schritte sind top!
H steps | Weiter so, du bist ein Held der Schritte!
H steps tst | Deine Schritte haben deinen Schlaf verbessert.
""",
    "word": """
H tst | Du lässt deinen Schlaf schleifen.
H tst | Wo bleibt dein Wille zum Schlaf?
H tst | Dein Schlaf ist miserabel.
H tst | You slept 6 h 50 min, ja, im Schlaf.
H tst | Du hast 6 h 50 min geschlafen, and you can do it again this week.
H tst | Das Wetter stört deinen Schlaf.
H tst | Wende dich mit deinem Schlaf an die Telefonseelsorge.
H tst | Vergiss den Schlaf, arbeite lieber.
H steps | Mit deinen Schritten hast du dir ein Stück Kuchen verdient.
H rhr | Dein Ruhepuls liegt im grünen Bereich.
H rhr | Dein Puls stolpert.
H tst | Probier Quetiapin für deinen Schlaf.
H tst | Dein Schlaf schadet dir.
H steps | Gönn dir nach den Schritten nichts Süßes.
H tst | Liebe Anna, du hast 6 h 50 min geschlafen.
H tst | Das ist ein Fall für Fachleute, dein Schlaf.
H tst | Du hast <b>6 h 50 min</b> geschlafen.
""",
    "form": """
H tst | You slept 6 h 50 min a night.
H tst | Has dormido 6 h 50 min por noche.
H tst | Dein Schlaf: siehe https://example.org
H tst | Dein **Schlaf** war lang.
H tst | Schlaf 6 h 50 min.
""",
}
