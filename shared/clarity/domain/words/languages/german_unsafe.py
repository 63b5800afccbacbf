"""German words that no text may hold. A star stands for any letters: compounds hide words."""

from __future__ import annotations

from clarity.domain.words.languages.german_spelling import unaccented
from clarity.domain.words.languages.language import Words


def _words(words: str, *, phrases: str, spared: str) -> Words:
    return Words.of(unaccented(words), phrases=unaccented(phrases), spared=unaccented(spared))


UNSAFE = _words(
    # What a diagnosis is made of.
    "*diagno* *störung* *krank* *leidest *leidet *leiden *leidend* *syndrom* *symptom* *patholog* "
    "klini* *klinik* *klinisch* *beschwerden *insomn* *somnie* *apno* *aussetzer* *narkolep* "
    "schlaflos* schlafarm* *mangel* *defizit* *entzug* *depress* depri* schwermut* burnout* "
    "angst* *todesangst* ängst* verängst* beängst* *panik* phobi* *phobie* manie* manisch* "
    "hypoman* bipolar* *psych* *schizo* adhs ads autis* asperger* *trauma* ptbs *zwang* *wahn* "
    "*neuro* *nerv* *demen* alzheimer* parkinson* *diabet* *zucker* insulin* *hyperton* *hypoton* "
    "*hochdruck* *blut* *arrhythm* *rhythmusstör* *herzstolper* *flimmern* *infarkt* *schlaganf* "
    "*insuffizien* *herzfehler* *herzschw* *herzleid* tachy* brady* *krebs* *tumor* *karzinom* "
    "leuk* *anämi* *adipos* *adipös* *fettleib* *magersucht* *magersücht* bulimi* anore* *infekt* "
    "*infiz* *entzünd* *grippe* *grippal* *erkält* corona* covid* *virus *viren viral* fieb* "
    "*allerg* *asthma* *schilddrüs* *hormon* *cortisol* *kortisol* *schwanger* *wechseljahr* "
    "*menopaus* *migräne* *schmerz* *schwindel* schwindlig* ohnmacht* übelkeit* *schnarch* *atem* "
    "*atmung* *atmen *atmest *sauerstoff* lunge* *hirn* *kopf *organ *organe *organen *leber "
    "*leberwert* niere* nieren* *knochen* gelenk gelenke* *muskel* körper* geistig* seelisch* "
    "seele* *erschöpf* *übermüd* *unausgeschlaf* *gereizt* *stress* stimmung* *süchtig* "
    "*alkohol* *rausch* *epilep* *anfall *anfälle* *risik* gefahr *lebensgefahr* *gefährd* "
    "*gefährlich* *schädig* *schädlich* *schaden* *schäden* *lebenserwart* *sterblich* *alterung* "
    "*behinder* akut* chronisch* *abnormal* anormal* normal normale normalen normaler normales "
    "normalem normalbereich* normalwert* normalmaß* unnormal* *auffällig* *gesund *gesunde* "
    "*gesundheit* genesen genesung* *unwohl* *restless* *zucken* *zuckung* *itis *itiden "
    "*osen *pathie* *pathisch* *ämie *ämien *algie *plegie *ektomie* *skopie* *trophie* *ektasie* "
    "*karditis* herz* *gestört* "
    # What is taken against it.
    "*medik* *medizin* *arznei* *droge* drogen* *pille *pillen *tablet* *kapsel* *tropfen* "
    "*dosis* *dosier* *dosen mg ml milligramm* *verschreib* *verschrieb* *verordn* rezept* "
    "pharma* *präparat* *wirkstoff* *heilmittel* *heilpflanz* *heilkraut* *behandl* *therap* *kur "
    "heil* *heilung* *heilt *geheilt *schlafmittel* *schmerzmittel* *beruhigungsmittel* "
    "*einschlafhilfe* *schlafhilfe* *ergänzungsmittel* *aufputsch* einnahme* einnehm* "
    "*supplement* *vitamin* *mineral* magnesium* eisen* zink* *melatonin* *baldrian* *lavendel* "
    "*hopfen* johanniskraut* ashwagandha* *cbd* *cannabi* *hanf* *kräuter* *tee tees *koffein* "
    "*kaffee* *sedativ* *hypnotik* *benzo* *blocker* *statin* *steroid* *kortison* *cortison* "
    "*antibio* *opiat* *opioid* *spritze* *impf* *operation* inhalat* inhalier* *maske* *salbe* "
    "homöopath* globuli* akupunkt* aspirin* ibuprofen* paracetamol* zolpidem* zopiclon* *azepam* "
    "*azolam* *olol *sartan *pril *dipin *prazol *oxetin *triptylin *zodon *pramin *barbital "
    "*codein *morphin* *cillin *mycin *gliptin *formin *profen *orexant *zopiclon* nikotin* "
    "*zigarette* rauch* *raucher* "
    # Food, body, weight.
    "*kalori* kcal joule *gewicht* *kilo *kilos *pfund* *abspeck* *schlank* *dünn* *dick* *mager* "
    "*fett* *speck* *diät* fasten gefastet *intervallfast* *fastenkur* *hunger* hungr* *appetit* "
    "bmi taille* bauch* figur* *ernähr* *nahrung* *lebensmittel* *speise* *mahlzeit* essen "
    "abendessen mittagessen iss isst aß gegessen *frühstück* *mittagessen* *abendessen* *protein* "
    "*eiweiß* *kohlenhydrat* *naschen* *snack* trink* trank getrunken "
    # Crises and alarm.
    "*suizid* *selbstmord* *selbsttöt* *selbstverletz* *selbstschädig* *ritzen* *umbring* "
    "*umgebracht* *töten *tötet *getötet sterb* stirbt stirbst gestorben tot tote* tod todes* "
    "leben lebens lebst lebt tödlich* *lebensmüde* *überdosi* *notfall* *notruf* dringend* "
    "*dringlich* sofort bald sofortig* umgehend* unverzüglich* schleunigst *alarm* sorge sorgen "
    "besorgt* besorgnis* *unbesorgt* *beunruhig* *bedenklich* bedenken* *furcht* *fürchte* "
    "*katastroph* *kritisch* *krise* schlimm* *warn* *bedroh* droht drohen* *grausam* "
    "*hoffnungslos* *wertlos* "
    # Promises and certainty.
    "*garant* definitiv* zweifellos* zweifelsfrei* *sicherlich* zwangsläufig* unweigerlich* "
    "unbedingt *niemals* *versprech* verspricht *perfekt* *makellos* wunder wundermittel* "
    "*zauber* *magisch* beweis* "
    # Shame and blame.
    "*faul *faule* *faulenz* träge* *schäm* *scham* schande* witz witze trauerspiel "
    "lächerlich* blamab* *schuld* *versag* *enttäusch* "
    "*peinlich* *nachlässig* *undiszipliniert* *disziplinlos* *jämmerlich* *erbärmlich* *blamier* "
    "*armselig* *dumm* *blöd* *verantwortungslos* *ausrede* *unverzeihlich* *inakzeptab* "
    "*schwächling* ",
    phrases=(
        r"(?<!daten )\breich(?:t|en) (?:\w+ )?nicht(?=[.!]|$)|\bklappt\b|\btu dir\b[^.;]*\ban\b|"
        r"\bam leben\b|\blässt zu wünschen\b|\bin ordnung\b|\bsetz\w* (?:\w+ ){0,2}aus\b|"
        r"\bpuls\w*\b[^.;,]*\bunregelm\w*|\bruhepuls\b[^.;,]*\bunregelm\w*|\bgib dir [^.;]*mühe\b|"
        r"\bnicht gut\b|\bgut aus\b|\bnimmst (?:du )?(?:\w+ )?ab\b(?! und zu)|\bhöre? nicht auf\b|"
        r"\bumfäll\w*|\bausbaufähig\b|\bsteht\b[^.;]*\bbevor\b|\bvor dir lieg\w*|\bauf dauer\b|"
        r"\bwirst\b(?<!wach wirst)(?! (?:du )?(?:\w+ )?wach\b)|\b(?:wird|"
        r"werden)\b(?: [^.;, ]+)* (?!ge|empf|\w+ge|\w*(?:brochen|glichen|schrieben|schoben|nommen|"
        r"halten|funden|hoben|wiesen|lassen)\b)(?!(?:zeigen|sagen|erzählen|verraten|können|sehen|"
        r"erkennen|vergleichen|werden|stunden|minuten|wochen|tagen|schritten|schlägen)\b)\w+(?:en|"
        r"ern|eln|tun|sein)(?=[.,;!]|$)|\bhättest\b|\bwäre (?:mehr|besser|schön gewesen)\b|"
        r"\bmehr drin\b|\bnicht (?:einmal|mal)\b|\bnicht geschafft\b|"
        r"\bschaff\w* (?:du )?(?:\w+ ){0,3}nicht\b|\bgib dir (?:\w+ )?mühe\b|\bselbst dran\b|"
        r"\bkein wunder\b|\bschon wieder\b|\bimmer noch nicht\b|\bzu bequem\b|\b(?:andere|jeder|"
        r"alle) (?:\w+ )?(?:schaff\w*|können|kriegen|bekommen)\b|\bnimm dich\b|\bdu (?:hast|"
        r"bist) (?:\w+ )?(?:nichts|kaum etwas|zu nichts) \w+|\b(?:kein|keinen|ohne) (?:grund|"
        r"anlass) (?:zur|zu) |\balles (?:in ordnung|okay|gut|bestens)\b|\b(?:stimmt|läuft|"
        r"passt) (?:\w+ )?(?:etwas|was|irgendetwas) nicht\b|\bnicht in ordnung\b|\b(?:mit|in aller|"
        r"mit aller) sicherheit\b|\bganz (?:bestimmt|sicher)\b|\bauf jeden fall\b|\bohne zweifel\b|"
        r"\bwirst (?:du )?(?:\w+ ){0,4}(?:schlafen|einschlafen|fühlen|gehen|merken|aufwachen|"
        r"besser|mehr|länger)\b|\b(?:dein\w*|es|schlaf|schritte|puls) (?:wird|"
        r"werden) (?:\w+ ){0,3}(?:steigen|sinken|verbessern|bald|wieder|sicher|bestimmt|sinken)\b|"
        r"\bdu (?:musst|solltest dringend|brauchst|benötigst)\b|\bmusst du\b|\bbrauchst du\b|"
        r"\bso (?:schnell|bald) wie möglich\b|\bnimm\w* (?:\w+ ){0,5}ein(?=[.,;!]|$)|\b(?:du|wer|"
        r"dich|dir|willst|möchtest|kannst|beim|zum)\b[^.;:]{0,40}?\bab(?:nehmen|genommen|nimmst|"
        r"nimmt|zunehmen)\b|\b(?:du|wer) (?:\w+ ){0,4}(?:zugenommen|zunimmst)\b|"
        r"\bviel zu\b(?! fuß)|\bzu wenige?\b(?! (?:daten|aufzeichnung\w*|tage|nächte|wochen|"
        r"messwerte|um|bekannt|für)|[.,;!]|$)|\bzu (?:wenig|viel|kurz|lang) (?:schlaf|schlafen|"
        r"bewegung|schritte|im bett)\b|\b(?:menschen|leute|personen|jemand|frauen|männer|kinder|"
        r"jemanden),? (?:mit|die|der|wie|ohne)\b|\bwie (?:jemand|menschen|leute|personen)\b|"
        r"\btypisch (?:für|bei) (?!dich|dir)|\bleben (?:nehmen|beenden)\b|\bnicht mehr (?:leben|"
        r"da sein|aufwachen)\b|\bherz\b(?=[^.;,]*\b(?:arbeite\w*|anstreng\w*|ras\w*|stolper\w*|"
        r"spring\w*|klopf\w*|ruhig|kräftig|gleichmäßig|langsam|schnell|belast\w*|stark|schwach|"
        r"angeschlagen|mühe|schont?\w*|kämpf\w*)\b)|\b(?:etwas|was|irgendetwas|"
        r"irgendwas) (?:ist los|stimmt|steckt|passiert|fehlt dir|läuft schief|im gange)\b|"
        r"\bso nicht weiter\w*\b|\b(?:schlaf|schlafe|ruh|ruhe) weniger\b|"
        r"\bbleib\w* (?:\w+ ){0,3}wach\b|\bbleib\w* (?:\w+ ){0,3}auf\b|\b(?:lass|verzichte|"
        r"spar)\w* (?:\w+ ){0,4}(?:schlaf|pausen?|nacht) (?:aus|weg)\b|"
        r"\bverzichte\w* auf (?:schlaf|pausen|ruhe)\b|\bohne (?:schlaf|pause|ruhe)\b|\b(?:hör|"
        r"hören) (?:\w+ )?auf zu schlafen\b|\bhol\w* (?:\w+ ){0,4}(?:das letzte|alles) aus\b|"
        r"\ban (?:deine|die) grenze\w*\b|\bimmer mehr\b|\bum jeden preis\b|\bstreng\w* dich\b|"
        r"\bgehen (?:ge)?lassen\b|\b(?:warst|bist|so|ganz|dich) (?:\w+ )?allein\w*\b|\bgib alles\b|"
        r"\bnicht (?:schlafen|ausruhen|aufhören)\b|\bherz (?:ist|war|wirkt|scheint|hat|braucht|"
        r"muss|sieht|klingt|wird)\b|\bdir fehlt\b|\bfehlt dir\b|\b(?:mach|mache|vereinbar|hol|"
        r"buch)\w* (?:\w+ ){0,4}termin\w*|\bim eimer\b|\bkaputt\b|\bfit (?:wie|und)\b|\bkrumm\w*\b|"
        r"\breiß dich\b|\b(?:setz|setze|lass|lasse) (?:\w+ ){0,3}(?:ab|weg)\b|\bquält\w*\b|"
        r"\bplag\w*\b"
    ),
    spared=(
        "april ungestört ungestörte ungestörten ungestörter ungestörtes ungefähr ungefähre "
        "ungefähren ungefährer kopfkissen herz herzfrequenz herzschlag herzschlags herzschläge "
        "herzschlägen herzrate herzlich herzlichen "
    ),
)

PROFESSIONAL = _words(
    "arzt* *ärzt* *arzt *arztes *arztpraxis* *praxis *praxen *mediziner* *therapeut* "
    "*krankenhaus* *krankenhäus* *krankenschwester* *pflegekraft* *apothek* *psycholog* "
    "*psychiater* *kardiolog* *neurolog* *internist* *heilpraktiker* *facharzt* *hausarzt* "
    "*schlaflabor* *labor *ambulanz* *notaufnahme* *sprechstunde* *beratungsstelle* *fachperson* "
    "*fachkraft* *spezialist* *expert* *gesundheitsfach* ",
    phrases=(
        r"\bprofessionelle\w* (?:hilfe|rat|unterstützung)\b|\b(?:such|hol)\w* (?:\w+ ){0,4}hilfe\b|"
        r"\b(?:abklären|untersuchen|durchchecken|checken) (?:lassen|zu lassen)\b|\babklär\w*\b|"
        r"\blass (?:\w+ ){0,4}(?:abklären|untersuchen|prüfen|checken)\b|\bärztlich\w*\b"
    ),
    spared=("schwarzt "),
)

INJECTED = _words(
    "prompt* anweisung* befehl* instruktion* systemprompt* system ki llm gpt gemini chatgpt "
    "*chatbot* *sprachmodell* modell modelle sprachassistent* *assistent* *geheim* *passwort* "
    "*passwörter* token* api *schlüssel schlüsselwort code codes *entwickler* admin* *ignorier* "
    "*missacht* überschreib* gehorch* jailbreak* bot bots *roboter* server* *datenbank* json xml "
    "html skript* script* email* *mail *mails telefonnummer* hotline* anruf* anrufen website* "
    "webseite* internet* online url link links *klick* app apps download* herunterlad* *abonn* "
    "abo kauf kaufe kaufen kaufst gekauft *verkauf* *preis* *rabatt* *gutschein* *angebot "
    "*angebote* *bestell* *billig* gratis kostenlos* marke marken* *sponsor* *werbung* *produkt* "
    "runterlad* geschäft* bezahl* *geld* euro* dollar* *bitcoin* krypto* konto kontos *bank* "
    "*investier* *kredit* herr frau dr prof geburtstag* verheiratet* wohnt geboren nutzer* "
    "benutzer* *instruct* rollenspiel* ",
    phrases=(
        r"\b(?:ich|mein|meine[mnrs]?|mir|mich)\b|\bals (?:ki|sprachmodell|künstliche|assistent)\b|"
        r"\bkünstliche\w* intelligenz\b|\b(?:obige|vorherige|bisherige|vorige)\w* (?:anweisung|"
        r"nachricht|text)\w*\b|\b(?:heißt|heiße|name) (?:ist|du)\b"
    ),
    spared=("einkauf aufladen "),
)
