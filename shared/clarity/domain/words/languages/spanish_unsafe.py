"""What a Spanish text may not say: illness, remedies, food, body, alarm, promises, shame, orders.

The vocabulary is closed already; these lists say which words are a matter of safety.
"""

from __future__ import annotations

from typing import Final

from clarity.domain.words.languages.language import Words
from clarity.domain.words.languages.spanish_words import bare


def _words(words: str, phrases: tuple[str, ...], spared: str = "") -> Words:
    """The list as it is read: without accents."""
    return Words.of(bare(words), phrases=bare("|".join(phrases)), spared=bare(spared))


UNSAFE: Final = _words(
    # Illness; what is taken against it; food and body; alarm, promises and certainty; shame.
    """
    diagn* trastorn* enferm* síndrome* síntom* dolenc* padec* padezc* patolog* clínic* médico
    médica médicos médicas discapac* deficien* carenc* anormal* anómal* normal normales normalidad
    sano sana sanos sanas saludable* insan* malsan* crónic* agud* grave graves gravedad gravemente
    sever* benign* malign* insomn* desvel* parasomn* hipersomn* somnolen* sonambul* apnea*
    hipopnea* narcolep* *lepsia *leptic* epilep* convuls* depres* deprim* ansied* ansios* angusti*
    bipolar* manía maniac* hipoman* psic* siquiatr* esquizo* tdah autis* asperger toc tept traum*
    estrés estres* burnout ánimo anímic* humor pánico* fobi* *fobia paranoi* adicc* adict*
    alcohol* borrach* demenc* alzheimer* parkinson* diabet* insulin* glucosa glucem* azúcar*
    hipertens* hipotens* presión tensión arritm* fibrilac* taquic* bradic* ictus infart*
    cardiopat* cardiovasc* cardiolog* coronari* cáncer* tumor* leucem* anemi* obes* sobrepeso
    anorex* bulim* atracón atracon* purga* infecc* infect* inflam* inmun* alerg* covid* gripe*
    fiebr* febril* virus viral* bacteri* asma asmátic* tiroid* hormon* cortisol menopaus* menstru*
    embaraz* migrañ* jaqueca* cefale* dolor* duele* duelan náuse* mareo* desmay* ronca* ronqu*
    asfix* ahog* respir* oxígen* pulm* gargant* cerebr* neur* nervi* sangr* sanguín* arteri* vena
    venas órgano órganos hígad* hepát* riñón riñon* renal* hueso* articulac* artros* artrit*
    múscul* cuerpo* corporal* mental* mente mentes sufr* aquej* afecc* riesg* peligr* daño daños
    dañar dañin* complicac* mortal* longev* envejec* agota* fatig* cansa* exhaust* aletarg* *itis
    *osis *patía *patías *pático *pática *emia *emias *algia *algias *plejía *rragia *rrea *trofia
    *uria *ectomía *scopia *plastia *astenia *paresia *filia *penia *carcinoma *melanoma *sarcoma
    *linfoma *mieloma *glaucoma *hematoma *adenoma *blastoma *génico *terapia *ólogo *óloga *iatra
    *iatría

    medicament* medicin* medicac* medicad* medicar* fármac* farmac* droga* pastilla* píldora*
    comprimid* tableta* cápsula* grage* jarabe* gotas ampolla* inyec* vacun* dosis dosific* mg mcg
    ml miligram* microgram* mililitr* receta* prescri* remedi* tratamient* terap* cura curar*
    curan curación curaciones sanar sanará sanac* suplement* complemento* vitamin* mineral*
    magnesio hierro zinc potasio calcio melaton* valerian* pasiflora manzanilla tila lavanda cbd
    cannab* marihuan* cáñamo hierba* herbal* infusi* café* cafeí* cafein* teín* energizante*
    estimul* sedan* sedat* somnífer* hipnót* tranquiliz* ansiolít* antidepres* antihistam* benzo*
    barbitú* narcót* opio opioid* opiác* morfin* analgés* calmante* aspirin* ibuprofen*
    paracetamol naproxen* betabloque* antibiót* cortico* esteroid* cirug* quirúrg* operac*
    implant* inhalad* cpap mascarilla homeopat* *azepam *azolam *olol *sartán *pril *dipino
    *statina *prazol *oxetina *triptilina *zodona *barbital *codona *caína *cilina *micina
    *gliptina *gliflozina *formina *profeno *peridona *iapina *orexant *melteón zopiclona zolpidem
    *zepina dopamin* serotonin* histamin* adrenalin* nicotin* tabac* fum* cigar* vape* vino vinos
    cervez* copa copas licor* tés

    calor* kcal peso pesos pesas kilo kilos kg adelgaz* engord* gord* flac* delgad* esbelt* dieta*
    dietét* ayun* hambre* apetit* comer come comes comas comida* comiste comen cena cenas cenar
    cenes almuerz* desayun* meriend* aliment* nutri* proteín* carbohidrat* grasa* lípid*
    colesterol imc cintura barriga* panza* tripa vientre figura silueta talla quema*

    suicid* matar* mataría muer* morir* mori* fatal* letal* sobredosis autoles* lesion* emergenc*
    urgen* inmediatament* alarmant* alarmar* alarmad* alarmes preocup* inquiet* miedo* temor*
    asust* terribl* horribl* atroz* catástrof* desastr* crític* serio serios seriamente advert*
    amenaz* crisis desesper* inútil* inservibl* temibl* nefast* garant* definitivament* indudabl*
    indiscut* ciertament* segurament* certeza* inevitabl* jamás nunca demuestr* demostr* promet*
    promes* asegur* perfect* impecabl* milagr* mágic* infalibl*

    perezos* pereza* vago vaga vagos vagas vaguer* flojo floja flojos flojas flojer* gandul*
    holgaz* vergüen* vergonz* avergon* avergüen* culp* fallo fallos fallaste fracas* decepc*
    defraud* patétic* penos* lamentabl* neglig* descuid* irrespons* excusa* imperdonabl* inacept*
    estúpid* tont* castig* débil* pésim* ridícul*
    """,
    phrases=(
        r"(?<!profesional de la )(?<!profesionales de la )\bsalud\b",
        r"(?<!de )(?<!como )(?<!que )\bsiempre\b(?! que)",
        r"(?<!a )\bpesar\b",
        r"\bté (?:verde|negro|rojo|de|caliente)\b|\b(?:un|el|del|algún) té\b",
        r"\bnada (?:de|por) (?:lo )?que preocup\w*|\bsin motivo de\b|\bplena forma\b",
        r"\ben (?:buena|mala|baja) forma\b|\bfuera de (?:lo normal|control)\b",
        r"\b(?:todo (?:va|está|sigue|marcha)|estás|vas|sigues|andas) (?:muy |todo |bastante |"
        r"perfectamente )?(?:bien|mal|correcto|en orden)\b",
        r"\bseguro que\b|\bsin duda\b|\bcon (?:toda )?seguridad\b",
        r"\b(?:dormirás|caminarás|mejorarás|vivirás|sentirás|notarás|lograrás|tendrás|estarás|"
        r"ganarás|perderás|ayudará|hará|dará más|hará vivir)\b",
        r"\b(?:personas|gente|alguien|pacientes|adultos) (?:que|con|como) (?!se|te|lo)",
        r"\bquien(?:es)? (?:duerme|camina|vive|sufre|tiene)\w*",
        r"\b(?:tienes|hay|habrá|habría) que\b|\b(?:debes|deberás|necesitas)\b",
        r"\bahora mismo\b|\bde inmediato\b|\bcuanto antes\b|\btípic[oa]s? de\b",
        r"\bpropi[oa]s? de (?:l[oa]s?|un|una|quien|alguien)\b",
        r"\b(?:vida o|acabar con|quitar(?:te|se) la|fin a) (?:muerte|todo|tu vida|la vida)\b",
        r"\bno (?:dormir|duermas|descansar|descanses|pares)\b|\b(?:dormir|duerme|descansa) "
        r"menos\b",
        r"\bsált(?:ate|ar|arte|es)\b.{0,12}\b(?:noche|sueño|descanso)|\bsin parar\b",
        r"\b(?:quédate|quedarte|permanece|mantente|aguanta) (?:despiert|en vela|sin dormir)\w*",
        r"\bmás y más\b|\bpase lo que pase\b|\bal límite\b|\bexíg\w+|\besfuérz\w+|\bfuérzate\b",
        r"\bcorazón (?!en reposo\b|lat|dio\b|hizo\b|marc|fue\b|a \d|de media|mientras|y |o )\w+",
        r"\b(?:corazón|pulso|latidos?)\b[^.;,]*\b(?:salt|trabaj|esfuerz|aceler|desboc|agradec)\w*",
        r"\ben forma\b(?! de)|\balgo (?:va|pasa|ocurre|sucede|anda|no)\b|\bseguir así\b",
        r"\b(?:parec\w+|como) (?:al?|l[oa]s?) (?:del?|las de|los de) (?:alguien|un|una|quien)\b",
        r"\ben (?:lugar|vez) de (?:dormir|descansar)\b|\bhasta que no puedas\b",
        r"\bcambi\w+ de (?:trabajo|casa|vida)\b|\bno (?:lleves|mires|uses)\b",
        r"\b(?:sube|subir|baja|bajar|acelera|controla) (?:tu|el) (?:pulso|corazón)\b",
        r"\bquít\w+ (?:el|tu) (?:reloj|dispositivo|pulsera)\b",
        r"\bdeja\w* de (?:llevar|dormir|mirar|caminar)\b",
        r"\bya (?:más|mismo)\b",
        r"\bhac(?:er|erte|erse|ido) daño\b|\b(?:más|menos) años\b|\bdeuda\b",
    ),
    spared="academia premia apremia mareas prólogo",
)

PROFESSIONAL: Final = _words(
    """
    doctor doctora doctores doctoras especialista* cardiólog* neurólog* psicólog* psiquiatr*
    enfermer* terapeut* farmacéutic* hospital* ambulator* profesional* sanitari* fisioterapeut*
    consultor* facultativ*
    """,
    phrases=(
        r"\bcentros? de salud\b|\brevisión médica\b|\bchequeo\b",
        r"\b(?:pid\w+|pedir|solicit\w+|busc\w+) (?:una )?(?:cita|ayuda|consejo)\b",
        r"\b(?:que te|te) (?:revisen|miren|vean|examinen|atiendan)\b|\brevis\w+ (?:el|tu) "
        r"(?:sueño|pulso)",
        r"\bconsult\w+ (?:a|con) (?!el resumen)",
        r"\b(?:ir|acud\w+|ve|vayas|visita\w*) al? (?:médic|doctor|hospital|centro|clínica)\w*",
    ),
)

INJECTED: Final = _words(
    """
    prompt* instrucc* sistema* ia gpt gemini chatgpt modelo modelos lenguaj* secret* contraseñ*
    clave claves token* api código* programador* desarrollador* admin* ignor* obedec* obedezc*
    asistente* bot bots robot* servidor* json xml html script* email* correo* web webs internet
    online url urls enlace* clic click* app apps descarg* suscrí* suscri* compra comprar compres
    compraste pedido* ofert* descuent* cupón cupones precio* barat* gratis gratuit* venta ventas
    patrocin* anunci* promoc* producto* tienda* paga pagar pago pagos diner* dólar* euro euros
    bitcoin* cripto* bancar* banco bancos inver* crédito* nombre nombres señor* don doña cumpleañ*
    casad* nacist* usuari* yo me mi mis mío mía conmigo soy
    """,
    phrases=(
        r"\bcomo (?:una? )?(?:ia|inteligencia|modelo|asistente)\b|\binteligencia artificial\b",
        r"\b(?:mensaje|texto|orden)(?:es|s)? anterior(?:es)?\b|\b(?:tu|mi|la) dirección\b",
        r"\bllam(?:a|ar|e|es)(?:me|nos|lo)? (?:al?|ya|ahora|hoy)\b",
    ),
)
