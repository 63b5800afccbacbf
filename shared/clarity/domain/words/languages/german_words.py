"""The German words that a text may use: everyday words and the measures' own.

The list is closed. It holds no organ but the heart, no illness, no food, no substance, no mood and
no name. Forms and compounds of what is here are known too ("Tagesrhythmus", "aufgezeichnet"), with
umlauts or without ("laenger").
"""

from __future__ import annotations

import re
from functools import lru_cache

from clarity.domain.words.languages.german_numbers import number_word
from clarity.domain.words.languages.german_spelling import unaccented

# Words that are written as they stand here.
_WHOLE = frozenset(
    unaccented(
        """
        ab abends aber abseits acht achte achten alle allem allen aller allerdings alles allgemein
        als also alten alter alters am an andauernd andere anderem anderen anderer andererseits
        anderes anders anderswo anfangs anhand ans ansonsten anstatt app apr april arztpraxis auch
        auf aufs aug august aus auseinander ausnahmsweise außen außer außerdem außerhalb bald
        bedeuten bedeutet begann begannen begannst beginnt begonnen bei beide beiden beider
        beiderseits beides beieinander beim beinahe beinen beisammen beiseite beispielsweise bekam
        bekamen bekamst bekannter bereits beschrieben besonders besser besten bestenfalls betrug
        betrugen beträgt bevor bewegst bewegten beziehungsweise bild bilder bildern bildes bis
        bisher bislang bisschen bist bitte bleib bleibt blieb blieb's blieben bliebst bloß bpm
        brachte brachten brachtest bzgl bzw ca circa da dabei dadurch dafür dagegen dahin dahinter
        damit danach daneben dann daran darauf daraus darf darfst darin darum darunter darüber das
        dass dasselbe dauert dauerte dauerten davon davor dazu dazwischen dein deine deinem deinen
        deiner deines dem demnächst demselben den denen denn dennoch denselben der deren derselbe
        derselben derzeit des dessen desto dez dezember di dich die dienstag dienstags dies diese
        dieselbe dieselben diesem diesen dieser dieses diesmal dir direkt diverse diversen doch
        donnerstag donnerstags dort dran drauf draußen dreh dreht dreier dreiviertelstunde drin
        drinnen drittens drüber du dunkel durch durchaus durchgehend durchgängig durchweg durfte
        durften durftest dürfen dürft dürfte dürften eben ebenfalls ebenso eher ehesten eigentlich
        ein einander eine einem einen einer einerseits eines einfach einige einigem einigen einiger
        einiges einmal eins empfiehlt empfohlen empfohlene empfohlenen empfohlener empfohlenes
        entgegen entlang entsprechend entweder er erfreulicherweise erneut erst erste erstem ersten
        erstens erster erstere erstes erstmal erstmals es etc etliche etlichen etwa etwas euch euer
        eure eurem euren eventuell evtl extra fall falls fand fanden fandest fandst fang fast feb
        februar fehl fern fertig fiel fielen fielst findest findet folglich fort frei freitag
        freitags früh früher früheren fälle fällen fällst fällt für fürs gab gaben gabst ganz gar
        geblieben gebracht gefallen gefunden gegangen gegeben gegen gegeneinander gegenseitig
        gegenüber geglichen geh gehabt gehalten gehe geheißen gehen geholfen gehst geht geht's
        gekannt gekonnt geladen gelassen gelaufen gelegen gelesen gemeinsam gemessen gemäß genannt
        genau genauso genommen gens genug gerade geradezu geraten geraume geraumer gern gerne
        geschehe geschlafen geschlagen geschlossen geschoben geschrieben gesehen gesessen gesprochen
        gestanden gestern gestiegen gesunken getan getragen getroffen gewachsen gewann gewannen
        gewesen gewichen gewiss gewissermaßen gewohntermaßen gewollt gewonnen geworden gewusst
        gewöhnlich gezogen ggf gib gibst gibt gibt's ging ging's gingen gingst gleich gleichauf
        gleichbleibend gleichermaßen gleichfalls gleichmäßig gleichzeitig glich glichen
        glücklicherweise griff grob grundsätzlich größtenteils gut gute gutem guten guter gutes
        guttun guttust guttut h hab habe haben habt halb halbe halben halber halbes half halfen hast
        hat hatte hatten hattest hattet heißt her heran herauf heraus herein herum herunter hervor
        heuer heute heutige heutigen heutzutage hielt hielten hieltst hier hierbei hierfür hiermit
        hierzu hierzulande hieß hilfst hilft hin hinaus hindurch hinein hingegen hinten hinter
        hinterher hinterm hinunter hinzu hoch hohe hohem hohen hoher hohes holte holten hält hältst
        hätte hätten hättest höchstens ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im immer
        immerhin immerzu in indem inkl inklusive innen inner innerhalb ins insbesondere insgesamt
        insofern interessanterweise inwiefern inwieweit inzwischen irgend irgendein irgendeine
        irgendeinem irgendeinen irgendetwas irgendwann irgendwie irgendwo ist ist's ja jan januar je
        jede jedem jeden jedenfalls jeder jederzeit jedes jedoch jegliche jeglicher jemals jemand
        jemandem jene jenem jenen jener jenes jenseits jetzt jeweils jul juli jun juni kam kamen
        kamst kann kannst kannte kannten kaum kein keine keinem keinen keiner keinerlei keines
        keinesfalls keineswegs klar knapp komm kommst kommt konnte konnten konntest können könnt
        könnte könnten könntest künftig kürzlich lag lage lagen lagst lang lange las lasen lass
        lasse lassen laut lauter lediglich leicht leider letztere letzterer letzteres letztlich lieb
        lieber lief liefen liefst liege liegen liegst liegt lies liest ließ ließen ließt los lud
        lädst lädt längst lässig lässt läufst läuft mach mag magst mai mal man manche manchem
        manchen mancher manches manchmal mehr mehrere mehreren mehrerer mehrmals mein meine meinem
        meinen meist meiste meisten meistens messt mich min minder mindestens mir misst mit
        miteinander mithilfe mittags mitten mittendrin mittlerweile mittwoch mittwochs mo momentan
        montags morgen morgens muss musst musste mussten musstest märz möchte möchten möchtest möge
        mögen möglich möglicherweise möglichst müssen müsst müsste müssten müsstest na nach nachdem
        nacheinander nachher nachmittags nachts nah nahe nahezu nahm nahmen nahmst nannte natürlich
        neben nebenbei nebeneinander nebenher nebst nein neu neuerdings nicht nichts nie niemals
        niemand niemandem nimm nimmst nimmt nirgends noch nochmal nochmals normalerweise nov
        november nr nun nur nächte nächten näher näheres nämlich ob oben obendrein ober oberhalb
        obgleich obwohl oder offenbar offensichtlich oft oftmals ohne ohnedies ohnehin ok okay okt
        oktober paar paarmal parallel per plus praktisch pro quasi quer rief rund rundherum rundum
        sah sahen sahst samstags sank sanken saß saßen saßt schien schienen schlief schliefen
        schliefst schließlich schloss schlossen schlug schlugen schläfst schläft schlägt schneller
        schob schoben schon schrieb schrieben sechsmal sehe sehen sehr sei seid sein seine seinem
        seinen seiner seinerzeit seines seit seitdem seither sek selber selbst selten sept september
        sich sichtbar sie sieh siehst sieht sind so sobald sodass sofern sogar sogenannte
        sogenannten solange solch solche solchem solchen solcher solches soll sollen sollst sollt
        sollte sollten solltest somit sondern sonntags sonst sonstige sonstigen soviel soweit sowie
        sowieso sowohl sozusagen sprach sprache sprachen spricht spät später spätestens stand
        standen standst statt stattdessen std stehe stehen stehst steht stets sticht stieg stiegen
        stiegst stimmt stückweise sämtliche sämtlichen sämtlicher tagaus tage tagein tagen tages
        tags tagsüber tat taten tatsächlich teils teilweise top traf trafen trifft trotz trotzdem
        trug trugen trugst trägst trägt tue tun tust tut täte uhr um umher umso und ungefähr
        ungefähre unlängst unmöglich uns unser unsere unserem unseren unserer unseres unten unter
        untereinander unterhalb unterm unterschied unterwegs unverändert usw verbracht verbrachte
        verbrachten verbrachtest vergessen verging vergingen vergleichsweise verglichen verlief
        verliefen verläuft verrät viel viele vielem vielen vieler vieles vielleicht vielmehr
        viertelstunde voll vollends vollständig vollständiger vom von voneinander vor vorab voran
        voraus vorbehalten vorbei vorgestern vorher vorhin vorläufig vormittags vorn vorne vorneweg
        vors vorwiegend vorüber völlig wahl wann war war's waren warst wart warum was weder weg weil
        weiter weitere weiterem weiteren weiterer weiteres weiterhin weitgehend weiß weißt welche
        welchem welchen welcher welches wem wen wenig wenige wenigem wenigen weniger weniges
        wenigstens wenn wenngleich wer werde werden weshalb wessen wich wichen wie wieder wiederum
        wieso wieviel will willst wir wird wirst wissen wisst wo wobei wochen wodurch wofür woher
        wohin wohl wollen wollt wollte wollten wolltest womit womöglich wonach woran worauf woraus
        worden worin worüber wozu wuchs wuchsen wurde wurden wurdest wusste wussten wächst während
        währenddessen wär's wäre wären wärst würde würden würdest wüssten z.b zb zeitweilig
        zeitweise zog zogen zu zudem zueinander zuerst zufällig zugleich zuhause zuletzt zuliebe zum
        zumal zumeist zumindest zunächst zur zurzeit zurück zusammen zusätzlich zuvor zwar zweier
        zweitens zwischen zwischendrin zwischendurch zwischenzeitlich öfter öfters über überall
        überaus überhaupt übermorgen übers überwiegt überwog überwogen üblich üblichen üblicherweise
        übrig übrige übrigen übrigens
    """
    ).split()
)
# Words that take endings and make compounds: nouns, adjectives, and verbs without their "-en".
_STEMS = frozenset(
    unaccented(
        """
        abdunkel abend abendlich abgedunkelt abgelegt abgeschlossen abgesunken abhängig ablauf
        ablesbar abläuf abnahm abschalt abschnitt absicht absink absinken absolut absolvier
        absolviert abstand absteigend abständ abwechslung abwechslungsreich abweich abwärts achtsam
        achtsamkeit akku aktiv aktivität aktivitätslevel aktivitätsniveau aktivitätszeit aktuell
        allmählich alltag alltagstauglich alltäglich alternativ altersgruppe amplitude andauer ander
        anfang anfäng anfühl angab angabe angeb angenehm angepasst angestieg angewohnheit angewöhn
        anhalt anhaltend anhaltspunkt anknüpf anlass anlauf anläss annähernd anpass anreg anregung
        ansatz anschau anschließend anseh ansicht ansteig ansteigend anstieg ansätz anteil antwort
        anwachs anwachsen anzahl anzeig arbeit arbeitstag arbeitsweg arbeitszeit armband armbanduhr
        armbänd art artikel atempause atmosphäre aufbau aufbauen aufeinander aufeinanderfolgend
        auffallend auffrisch aufgab aufgabe aufgenommen aufheb auflad aufladen auflös aufmerksam
        aufmunter aufnahme aufnehm aufrechterhalt aufsteh aufstehen aufstehzeit aufteil aufwach
        aufwachen aufwachzeit aufwärts aufzeichn aufzeichnung aufzug augenblick ausbau ausbauen
        ausblick ausdauer ausdauernd ausdruck auseinandergeh auseinanderlieg ausfall ausflug ausflüg
        ausführlich ausgang ausgangsniveau ausgangspunkt ausgangswert ausgedehnt ausgeglichen
        ausgeglichenheit ausgeh ausgeprägt ausgeruht ausgewogen ausgewogenheit ausklang ausklingen
        ausklingend auskunft ausnahm ausnahme ausprobier ausreich ausreichend ausreiß ausreißer
        ausruh aussag aussage ausschau ausschlaf ausschlafen ausschlag ausschnitt aussehen auswahl
        auswert auswertbar auswertung auszeit bahn bahnstation balance bandbreite basis baustein
        beacht beantwort bedacht bedarf bedeut bedeutungsvoll bedien bedürfnis beeindruckend beende
        befand befind begeb beginn begleit begrenz begriff begriffserklär behagl behaglich
        behaglichkeit behalt behielt behutsam behält beibehalt beibehielt bekannt bekomm belass
        belastbar belebend belebt beleg belegbar beleucht beliebig bemerk bemerkbar bemerkenswert
        benutz benötig beobacht beobachtung bequem berechn berechnung bereich bereit bergab bergauf
        bericht beruh beruhig berücksichtig bescheid beschreib beschränk beschränkt beschwingt
        beschäftig besonder besorgung bestand besteh bestimm beständig beständigkeit bestätig besuch
        betracht betreff betroffen beträchtlich bett bettdeck bettgehzeit bettkant bettruhe
        bettwäsche bettzeit bewahr beweg bewegen beweglich bewegt bewegung bewegungsdrang
        bewegungspause bewegungszeit bewusst bezeichn bezieh beziehung bezug bezüglich biet
        bildschirm bisherig bitt blatt bleib bleibend blick block blätt boden brauch brauchbar breit
        breite bring brocken bruchstück bruchteil buch bunt bus büch büro büroarbeit chance dank
        dankbar darstell darstellung daten datenbasis datengrundlage datenlage datenlück datenmenge
        datenpunkt datensatz datenstand datum dauer dauerhaft dauernd davorliegend deck decke dehn
        dehnung denk denkbar detail detailliert deut deutlich deutlichkeit dezent dezimal diagramm
        dicht dien dienst dienstplan differenz dimm dimmen ding display doppelbett dranbleib drang
        dreh drehung drittletzt dunkel dunkelheit dunkl durchführ durchgang durchgehend durchhalt
        durchlauf durchmisch durchschlaf durchschlafen durchschnitt durchschnittlich durchstreif
        dusch dusche dynamisch dämmerung dämmrig dämpf dös ebene echt effizient effizienz ehrlich
        eigen eigenschaft eil eindeutig eindruck eindrucksvoll eindrück einfach einfluss eingang
        eingependelt eingespielt eingewöhn einheit einheitlich einkauf einkaufsweg einkäuf einlad
        einladung einlass einord einordn einordnung einpendel einricht einsatz einschlaf
        einschlafdauer einschlafen einschlafphas einschlafritual einschlafzeit einschränk einschätz
        einschätzung einspiel einstell einstellung einstieg eintrag einträg einzeln einzig element
        empfehl empfehlung empfehlungsbereich empfiehl empfind empfohl ende endgültig endlich
        energisch eng entdeck entfern enthalt enthielt enthält entlast entscheid entspann entspannt
        entspannung entsprach entsprech entsprich entstand entsteh entwickel entwickl entwicklung
        erfahr erfahrung erfass erfassung erfassungszeit erfolg erfreu erfreulich erfrisch
        erfrischend erfüll ergab ergeb ergebnis ergib ergänz ergänzung erhalt erheb erheblich
        erhielt erhol erholsam erholung erhält erhöh erinner erinnerung erkenn erkennbar erkenntnis
        erklär erklärung erlaub erlauf erleb erlebnis erledig erleichter erläuter erläuterung
        ermittel ermittl ermunter ermuntern ermöglich erreich erreicht erschein erscheint ersetz
        erst erstaunlich erstreck erwach erwachsen erwachsenenalter erwart erwartung erweiter erwähn
        erwähnenswert erzähl etabliert etage etappe etappenziel exakt exemplar fahr fahrrad fahrt
        faktor familie farb farbe fehl fehlend feier feierabend fein feinheit feld fenster
        fensteröffn ferien fernseh fernseher fest festhalt feststell fetzen figurativ find finde
        fitnessband fitnesstracker flach fleißig flexibel flexibl flott fläch fokus folg folge
        folgend form formel fortführ fortgeführt fortlaufend fortschritt fortsetz fortwährend frag
        frage fraglich frei freiheit freizeit frequenz freude freund freundlich freundlichkeit
        frisch frist früh frühaufsteh früher frühling frühmorgens frühschicht frühstart funktionier
        fuß fußweg fühl führ füll fülle für gabel galt gang ganz ganztags ganztägig gardine gardinen
        garten gartenarbeit gassi gast geb geborgen gebracht gedank gedanke gedimmt geduld geduldig
        gedämpft geeignet gefallen gefiel gefäll gefühl gegebenheit gegend gegensatz gegenstück
        gegensätz gegenteil gegenwart gehen gehend gehminute gehstreck gehtempo gehweg gehzeit gehör
        gelang gelassen gelassenheit gelegen gelegenheit gelegentlich geleistet geliefert geling
        gelt gelten gelung geländ gelüftet gemach gemacht gemein gemeinsam gemessen gemisch
        gemächlich gemächlichkeit gemütlich gemütlichkeit genau genauigkeit generell genieß genießer
        genoss genüg genügend gepflogenheit gepräg geprägt geregelt gering geringfügig gerutscht
        gerät geräusch geräuscharm geräuschquelle gesamt gesamtbild gesamtdauer gesamtschlaf
        gesamtzeit geschafft geschah geschehen geschicht geschieh geschwindigkeit geschätz geschätzt
        gesehn gestalt gestreut gestrig getrennt gewohn gewohnheit gewohnheitsmäßig gewohnt gewählt
        gewöhn gewöhnlich gewöhnung gezählt gilt glatt glaub gleich gleichbleib gleichklang
        gleichmaß gleichmäßig gleichmäßigkeit gleichzeitigkeit gleit glätt grad grafik grafisch
        grenz grenze grob groß grund grundlage grundmuster grundniveau grundrhythmus gruppe größ
        größe größer größt gründ gutschein gymnastik gäng gängig gärt gäst gönn gönnen günstig
        halbwegs halt haltestell haltung hand handgelenk handlich handy handytasche harmonisch haupt
        hauptsächlich haus hausarbeit haushalt haushaltsarbeit hausschuh heb heim heimgeh heimweg
        helf hell helligkeit heraus herausfind herausforder herbst herunter herunterfahr herz
        herzfrequenz herzlich herzschlag herzschläg heutig hilf hilfe hilfreich hinblick hingelegt
        hinleg hinreichend hinsetz hinsicht hintergrundwissen hinweg hinweis hinzufüg hobby hoff
        hoffentlich hol horizont hund häppchen häuf häufig häufigkeit häus häuslich höchst
        höchstwert höh höhe höher hör hörbuch hübsch idee ideen inaktiv inaktivität index indexwert
        indiz informat information informier inhalt innehalt intensität intensiv interess
        interessant interesse intervall jahr jahreszeit jahrzehnt jalousie jetzig job jogg joggen
        jugendlich jugendliche jugendlicher jung junior jüngst kalender kalt kapitel karte kategorie
        katze kehr kenn kenntnis kennwert kennzahl kern kette kind kinder kissen klapp klar klarer
        klarheit klein kleinigkeit kletter kling klug klär knapp knüpf koch kollege kollegin komb
        kombinier komfort komm komma komplett konkret konst konstant konstanz kontext kontinuierlich
        kontrast kontrastreich kontrastwert kontrollier konzentrier kopfkissen korrekt kostprob
        kreis kräft kräftig kurv kurve kurz kurzfristig kurzum kälter kühl kühle kümmer künftig kürz
        kürzer kürzest lad lade ladegerät ladekabel ladestation ladezeit lag lampe lampen land
        landschaft lang langfristig langsam lass lauf laufen lauft lauftempo laufzeit leg legen
        leicht leichtigkeit leis leise leist leistung leit leitlinie lern les lesen letzt leucht
        level licht lichtquelle lichtschalter lichtverhältnis lieblings lieblingsbuch lieblingsmusik
        lieblingsweg lieblingszeit liefer lieg liege liegezeit limit linie link list liste locker
        lohn lohnend lohnenswert losgeh loslauf luft luftig lust länd läng länge länger
        längerfristig längst lärm läufer lös lösung lücke lücken lückenhaft lückenlos
        lückenlosigkeit lüft lüften mach mal material matratze maximal maß maßgeblich maßstab
        meditier mehrfach mehrheit meid meilenstein mein meinung meist meld meldung menge mensch
        merk merklich merkmal mess messbar messdaten messlück messpunkt messreih messtag messung
        messwert messwoche messzeit methode minimal minus minut minute mitgeh mitlauf mitnehm mittag
        mittagsschlaf mitte mittel mittelfeld mittelpunkt mittelwert mitternacht mittler mittlere
        mittäglich moment monat monatlich monatsanfang monatsmittel monatsrückblick monatsverlauf
        monatsziel montag morgen morgendlich motivation motivier munter musik muster musterhaft mut
        muß muße möglichkeit möglichst müd müde müdigkeit müh müssig nachbar nachfolgend nachgeh
        nachgelassen nachgelesen nachhaltig nachholen nachkommastelle nachlass nachles nachmittag
        nachricht nachschau nacht nachtmitte nachtruhe nachträglich nachtschicht nachtschlaf
        nachtzeit nachvollzieh nachvollziehbar nachweis nachzieh nah nahtlos natur natürlich nebel
        nebeneinander nehm neig neigung nenn nennenswert nett neu neugier neugierig neuigkeit
        neutral nickerchen niedrig niveau norm notier notiz notwendig nummer nutz nutzbar nutzung
        nächst nächt nächtlich näh nähe nötig nützlich oberfläche obergrenz objektiv offen offenheit
        option ordentlich ordn ordnung orientier orientierung orientierungswert ort paar park
        parkplatz partner pass passend passier pause pausenzeit pausier pend pendel pensum periode
        person persönlich pfad pflanz pflege phase picknick plan planbar plane planung platz plus
        plän plätz plötzlich podcast position positiv praktisch prima probe probehalber probier
        problemlos produkt profil prozent prozentpunkt prozentual präg präsent präzis puls
        pulsschlag pulswert punkt putz pyjama pünktlich qualität quell quelle quot quote rad radel
        radio radtour radweg rahmen rand raum raumtemperatur reagier real rechn rechnerisch rechnung
        recht rechtzeitig red reduzier referenz referenzwert reg regel regelmäßig regelmäßiger
        regelmäßigkeit regeln regen reich reichlich reicht reihe rein reis reise relativ renn rennen
        rest restlich reststunde rhythm rhythmisch rhythmus rhythmusstärke rhythmuswert richt
        richtig richtlinie richtung richtwert richtzahl ritual roll rolle rollläden rollo rolltreppe
        routine routiniert rucksack ruh ruhe ruheinsel ruhepause ruhephas ruhepol ruhepuls ruhetag
        ruhezeit ruhezustand ruhig ruhigstell rund runde runterkomm rutsch räkel räum rück rückblick
        rückblickend rückgang rückkehr rücklauf rückläufig rückmeld rückschau rückweg rückwärts sach
        sache sacht sag saison sammel samml sammlung samstag samt sanft sanftheit satz schaff
        schaffst schaft schalt schatt schau scheib schein schenk schicht schichtarbeit schichtdienst
        schichtplan schick schieb schlaf schlafanteil schlafanzug schlafbeginn schlafdauer
        schlafeffizienz schlafend schlafens schlafenszeit schlaffenster schlafmaske schlafmitte
        schlafmuster schlafort schlafphas schlafplan schlafplatz schlafrhythmus schlafumgebung
        schlafzimmer schlag schlagfolge schlicht schließ schlummer schlummern schluss schlussfolger
        schläfrig schläg schlägt schnell schnitt schreib schreibtisch schriftlich schritt
        schrittchen schrittfolge schrittweise schrittzahl schrittzähler schub schuh schuhe schwach
        schwank schwankend schwankung schwankungsbreite schwer schwierig schwimm schwing schwäch
        schätz schätzung schätzungsweise schön see sehenswert seit seite seitwärts sekunde selbe
        selben selbst selbstverständlich selten seltener senior senk sensor sensorik serie setz
        sicher sicht sichtbar sichtlich signal sink sinken sinkt sinn sinnvoll situation sitz
        sitzend sitzzeit skala skalenwert smartphone smartwatch socke socken sofa sommer sommerlich
        sonn sonne sonnenaufgang sonnenlicht sonntag sonstig sorgfältig sorgsam spann spanne
        spannweite sparsam spazier spaziergang spaziergäng spazierrunde spazierweg spaß speicher
        speicherung spektrum sperr spezifisch spiegel spiel spielraum spitze spontan sport sportlich
        sprech sprich spring sprung sprüng spur spät später spätest spätschicht spür spürbar stabil
        stabilität stadt stark start station statistik statistisch steh stehzeit steig steigend
        steiger steigern steigerung stell stelle stet stetig still stille stimm stimmig stock stopp
        straff straß straße streck strecke streckung streu streubreite streuung strom struktur
        strukturier studie stufe stuhl stund stunde städt ständig stärk stärke stärker stärkst stück
        stückchen stündlich stütz such suche summe summier sympath synchron synchronisier system
        sätz tabell tag tagesablauf tagesform tageshälfte tageslauf tageslicht tagesmitte
        tagesschnitt tageswert tageszeit tagesziel takt taktung tanz tanzen tatsache tausch
        technisch teil teilnehm teilziel tel telefon telefonat telefonier temp temperatur tempo
        tendenz tendenziell tendier termin terrass test testen testweise them thema tief tiefe
        tiefer tiefschlaf tipp tisch ton tour tracker trag tragedauer tragegewohnheit tragepaus
        tragezeit trainier training trainingseinheit traum treff treib trend trendlinie trenn treppe
        treu tritt trocken träum tun turn turnschuh typ typisch täglich tätig tätigkeit tür ufer uhr
        uhrzeit umfang umfangreich umfass umgebung umgeh umgekehrt umsetz umsetzbar umstand umstell
        umstellung umständ umweg unbekannt unbenutz undeutlich uneinheitlich unerwartet ungefähr
        ungenau ungestört ungetragen ungewiss ungewissheit ungewohnt ungleich ungleichmäßig unklar
        unkompliziert unregelmäßig unregelmäßigkeit unsicher unsicherheit unstet unterbrach
        unterbrech unterbrechung unterbrich unterbrochen untergrenz unterhalt unterlag unterlass
        unternahm unternehm unternimm unternomm unternommen unterscheid unterschied unterschiedlich
        unterschreit unterschritt unterstütz unterstützung untersuch unterteil unverändert
        unvollständig urlaub ursprung ursprünglich variabel variabl variante variation variier
        verabred veranschaulich verbind verbleib verbring verbunden verdeutlich verdunkel verdunkelt
        verein vereinbar vereinfach vereinzelt verfehl verfolg verfüg verfügbar verführ vergang
        vergangen vergangenheit vergeh vergess verging vergleich vergleichbar vergleichswert
        vergleichswoche vergleichszeitraum vergnüg vergrößer verhalt verhielt verhält verhältnis
        verkürz verlager verlagert verlagerung verlangsam verlass verlauf verleg verlier verlor
        verloren verlorn verlust verlänger verlängert verlässlich verläuf vermeid verminder vermut
        vermutlich vernünftig verpass verrat verraten verriet verring verringer versatz verschaff
        verschieb verschiebung verschieden verschlaf verschnauf verschob verschoben versetz versorg
        verstand versteck versteh verstetig verstreich verstrich verständlich versuch verteil
        verteilung vertrau vertraut verwend verzeichn verzicht veränder veränderlich veränderung
        veröffentlich vielfalt vielfältig vielzahl viertel visuell vollgeladen vollständig volltag
        vorangegangen voranging vorausgegangen vorausgehend voraussicht voraussichtlich vorbehalt
        vorbeikomm vorbild vorderen vordergrund vorerst vorgang vorgeb vorgehen vorgenommen
        vorgänger vorhab vorhaben vorhanden vorhang vorhergehend vorherig vorhäng vorig vorjahr
        vorkomm vorlag vorles vorlesen vorlieb vorliebe vorlieg vorliegend vorläufigkeit vormittag
        vormonat vornehm vorsatz vorschlag vorschlagen vorschläg vorsicht vorsichtig vorstell
        vorstellung vorsätz vorteil vorteilhaft vorwoch vorwoche vorwärts vorzieh wach wacher
        wachliegen wachphas wachs wachzeit wahl wahr wahrnehm wahrnehmbar wahrscheinlich wald wand
        wandel wander wandern wanderung wandl wann warm wart wasser watch wearable wechsel
        wechselhaft wechselnd wechselschicht weck wecker weg wege weich weih weile weis weise weist
        weit weiter weiterführ weitermach welle welt wend wenig werktag wert wertebereich wertung
        wertvoll wesentlich wetter wichtig wichtigkeit wiederhol wiederholt wiederkehrend wind
        winter winterlich wirk wirklich wissen wissenschaftlich wissenswert witz witzig woche
        wochenanfang wochenbeginn wochenbild wochendurchschnitt wochenend wochenende wochenlang
        wochenmitte wochenmittel wochenrückblick wochenschnitt wochentag wochenverlauf wochenwert
        wochenziel wochenüberblick wohlfühl wohltu wohltuend wohn wohnlich wohnung wolke wort wunder
        wunderbar wunsch wurzel wähl wälder wärm wärme wöchentlich wört wünsch würd yoga zahl
        zahlenwert zahlreich zehntel zeich zeichen zeichn zeig zeil zeit zeitfenster zeitgemäß
        zeitig zeitlich zeitplan zeitpunkt zeitraum zeiträum zeitspann zeitspanne zeitweise zeitzone
        zentral zerleg zersplitter zerstückel zerstückelt zerteil zettel zieh ziehen ziel
        zielbereich zielwert ziemlich zimmer zimmertemperatur zone zoom zubett zubettgeh zubettgehen
        zubettgehzeit zufall zufriedenstellend zufäll zugang zugelegt zuhaus zukunft zukünftig
        zulegen zunahm zunahme zunehmend zuordn zurückblick zurückgegang zurückgeh zurückgeleg
        zurückgelegt zurückging zurückleg zurücklehn zurückliegend zusammenfass zusammenfassung
        zusammenhäng zusammenhängend zusatz zuschau zustand zuständ zuständig zuverlässig
        zuverlässiger zuverlässigkeit zuvor zuwachs zweck zwischenschritt zwischenstand zwischenzeit
        zwischenziel zyklus zähl zähler zügig ähnel ähnlich ähnlichkeit älter änder änderung öffn üb
        überblick überein übereinstimm übergang übergäng überlass überleg übernehm übernächst
        überprüf überrasch überraschend überraschung überschaubar überschreit überschritt übersicht
        übersichtlich überspring übersteig überstieg übertrag übertriff überwiegend überzeug üblich
        üblichkeit übung übungsplan
    """
    ).split()
)
_ENDING = re.compile(
    r"e[mnrs]?|n|s|sen?|en?s|st|est|t|et|te[nst]?|ete[nst]?|test|etest|tet|nd|end(?:e[mnrs]?)?|"
    r"ern?|"
    r"ere[mnrs]?|s?te[mnrs]?|este[mnrs]?|ung(?:en)?|heit|keit|nen|in|innen|lich(?:e[mnrs]?)?|"
    r"bar(?:e[mnrs]?)?"
)
_LONGEST_ENDING = 5
_SHORTEST = 3
_PREFIX = re.compile(
    r"(?:ab|an|auf|aus|bei|durch|ein|fest|heran|heraus|hinaus|hinein|hinzu|los|mit|nach|statt|teil|"
    r"ueber|um|unter|vor|voran|vorbei|weg|weiter|wieder|zu|zurueck|zusammen)(?:ge|zu)?|ge"
)
_LONGEST_PREFIX = 12
_PARTICIPLE = re.compile(r"(?:t|te[mnrs]?|en|ene[mnrs]?)$")
_LINKS = ("", "s", "es", "n", "en")
_MOST_PARTS = 3


@lru_cache(maxsize=4096)
def knows(word: str) -> bool:
    """Whether the word, or what it is a form or a compound of, is on the list."""
    ours = unaccented(word)
    return (
        ours in _WHOLE
        or _is_form(ours)
        or _has_prefix(ours)
        or _is_compound(ours, _MOST_PARTS)
        or number_word(word) is not None
        or number_word(word.removesuffix("mal")) is not None
    )


def _is_form(word: str) -> bool:
    return word in _STEMS or any(
        word[:-length] in _STEMS and _ENDING.fullmatch(word[-length:])
        for length in range(1, min(_LONGEST_ENDING, len(word) - _SHORTEST) + 1)
    )


def _has_prefix(word: str) -> bool:
    """Such as "zurück-gelegt", "auf-zu-wachen", "ge-laufen"."""
    for length in range(2, min(_LONGEST_PREFIX, len(word) - _SHORTEST) + 1):
        prefix, rest = word[:length], word[length:]
        known = rest in _WHOLE or _is_form(rest)
        if known and _PREFIX.fullmatch(prefix):
            return prefix != "ge" or bool(_PARTICIPLE.search(word))
    return False


def _is_compound(word: str, parts: int) -> bool:
    """Parts that are on the list ("Tages-rhythmus"), the last with its ending."""
    if len(word) > _SHORTEST and _is_form(word):
        return True
    return parts > 1 and any(
        _is_compound(word[at:], parts - 1) and _is_head(word[:at])
        for at in range(_SHORTEST, len(word) - _SHORTEST)
    )


def _is_head(word: str) -> bool:
    return any(
        word.endswith(link) and word[: len(word) - len(link)] in _STEMS
        for link in _LINKS
        if len(word) - len(link) >= _SHORTEST
    )
