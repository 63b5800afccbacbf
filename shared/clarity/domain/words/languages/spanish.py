"""What the check knows about Spanish, as it is written in Spain and in Latin America."""

from __future__ import annotations

from clarity.domain.words.languages import offers
from clarity.domain.words.languages.language import Language
from clarity.domain.words.languages.spanish_numbers import NUMBERS, respelled
from clarity.domain.words.languages.spanish_numerals import NUMBER_WORDS
from clarity.domain.words.languages.spanish_relations import RELATIONS
from clarity.domain.words.languages.spanish_unsafe import INJECTED, PROFESSIONAL, UNSAFE
from clarity.domain.words.languages.spanish_words import ACCENTED, is_everyday, spelt

_TIMES = r"""
\b(?:ayer|anteayer|antier|anoche|hoy|esta noche|mañanas?|tardes?(?<!más tarde)(?<!más tardes)|
(?:lun|mart|juev|viern)es|miércoles|sábados?|domingos?|fin(?:es)? de semana|entre semana|
madrugadas?|amanecer|atardecer|mediodía|medianoche|siestas?|mejor(?:es)?|peor(?:es)?|(?<!como )
(?<!un )máxim[oa]s?|(?<!como )(?<!un )mínim[oa]s?|récords?|picos?|alguna vez|(?:la|el|las|los|tu|
tus) (?:noche|día|semana|rato|hora|jornada|tramo)s? (?:más|menos|con (?:más|menos|mayor|
menor)) (?!reciente|activ|tranquil)\w+|(?:las|los|tus) (?:más|menos) (?:larg|cort)\w+|hace (?=\d|
un|dos|tres|cuatro|poco|tiempo|años)|años?|estaci(?:ón|ones)|verano|invierno|primavera|otoño|
vacaciones|festivos?|cumpleaños|(?:la mayoría|la gente|otras personas|otros|otras)(?= (?:de|adult|
person|much|gente|usuari|duerm|camin|con|que))|las demás personas|la gente|otras personas|tu
(?: grupo de)? edad (?!recom)(?=es|son|duerm)|percentil|(?<!otra )(?<!las )tranquil\w+|
irregular\w*|interrup\w+|interrump\w+|movid[oa]s?|agitad[oa]s?|memoria|concentra\w+|rend\w+|
rind\w+|niñ[oa]s?|jóven(?:es)?|joven|pareja|edad|al (?:correr|caminar|subir|moverte)|corriendo|
después de (?:correr|caminar)|por fin|(?<!recomendados )(?<!recomendadas )(?<!recomendado )
(?:al menos|como (?:mucho|mínimo|máximo)|por lo menos|a lo sumo)(?!.*recom)|no (?:pas|baj|sub|
super|rebas|exced)\w+ (?:de|los|las)(?!.*recom)|hora de \w+ se (?:adelant|retras)\w+|
(?<=% )de (?:los|las|tus) (?:días|noches|semanas)|seguid[oa]s|de un tirón|ininterrumpid\w+|
exactamente (?=\d)|constancia|al baño|(?:retras|adelant)\w+ .*cada (?:día|noche)|te (?:despiertas|
despertaste|duermes) (?:\w+ )?(?:más|antes|menos) (?=t|p)|quitaste|(?:mes|año|semana) pasad[oa]|
(?:más|menos) veces|^el \d{1,2} de \w+ \w+|mirando|usando|leyendo|jugando|viendo|montaña|playa|
parque|perro|campo|ciudad|de una vez|de un día para otro|de la noche a la mañana|
fuerte y clar[oa]|otra vez|de nuevo|nuevamente|volvi(?:ó|eron|ste)|vuelv\w+|de (?:golpe|repente)|
(?:la|el) anterior|te (?:acostaste|acuestas|levantas)|(?<!dormiste y )
(?<!hasta que )te levantaste|te dormiste (?=\d|más tarde|antes)|variabilidad de (?:tu|
la) frecuencia|vfc|recuperación|puntuación|ruidos?|calle|luz|luces|pantallas?|dormitorio|
habitación|colchón|almohada|temperatura|lluvia|amig[oa]s?|familia|trabajo|vecin[oa]s?|música|
viajes?|viajaste|cansad[oa]s?|sient\w*|sent(?:ir|ías|iste)\w*|not(?:aste|abas)|soñ\w+|sueños|
profund\w+|fases?|etapas?|rem|calidad|reparador\w*|descansad[oa]s?|plácid\w+|despejad\w+)\b
"""
_ADVISED = r"""
^(?:esta noche|hoy|mañanas?|tardes?|fin(?:es)? de semana|entre semana|siestas?|mediodía|amanecer|
atardecer|mejor(?:es)?|sient\w*|sentir\w*|sábados?|domingos?|verano|invierno|vacaciones|festivos?|
ruidos?|calle|luz|luces|pantallas?|dormitorio|habitación|colchón|almohada|temperatura|lluvia|
amig[oa]s?|familia|trabajo|vecin[oa]s?|música|viajes?|alguna vez|tranquil\w+|irregular\w*|
interrup\w+|interrump\w+|al (?:correr|caminar|subir|moverte)|corriendo|después de (?:correr|
caminar)|de nuevo|otra vez|volvi\w+|vuelv\w+|te (?:acostaste|levantaste)|un par|tod[oa]s (?:los|
las) (?:días|noches)|la mayoría|mayoría|puñado|un[oa]s (?:cuant|poc)[oa]s|(?:vari|algun|poc|much|
tant)[oa]s \w+)$
"""

_NOT = r"(?<!más )(?<!menos )(?<!poco )(?<!no fue )(?<!no es )(?<!muy )(?<!tan )(?<!si fue )"
_STEADY = spelt(
    rf"""
    {_NOT}\b(?:regular(?:es)?|constantes?|estables?|similares|la misma hora)\b|(?<!más )
    (?<!menos )(?<!poco )\bparecid[oa]s\b|\bmuy (?:regular|constante|estable|parecid)\w*|\b
    (?:apenas varió|varió poco|poca variación)\b
    """
)
_UNSTEADY = spelt(
    r"""
    \birregular(?:es)?\b|\b(?:no (?:fue|fueron|es) (?:muy )?|poco |nada )(?:regular|constante|
    estable|parecid)\w*|\bvari(?:ó|aron) (?:mucho|bastante|muchísimo)|\bmuy (?:distint|variad|
    dispers)\w*|\bsin hora fija\b
    """
)
_STRONG = spelt(rf"{_NOT}\b(?:marcad[oa]|fuerte|definid[oa])\b|\bmuy (?:marcad|fuert|definid)\w*")
_WEAK = spelt(
    r"\b(?:no (?:fue|es) (?:muy )?|poco )(?:marcad|fuert|clar|definid)\w*|\bdébil\b|\bsuelt[oa]\b"
)
_MUCH_DATA = spelt(
    r"\bcasi (?:tod[oa]s?|complet[oa])\b|\b(?:semana|imagen) completa\b|\bprácticamente tod[oa]\b"
)
_LITTLE_DATA = spelt(r"\bapenas hay\b|\b(?:muy )?pocos (?:días|datos)\b|\bcasi (?:nada|ningún)\b")
# What sleep, nights, steps or a pulse may be said to be; anything else is a verdict.
_MAY_BE = r"""
(?:posible|cambi|poco m|de|del|\d|más|menos|mayor|menor|algo|un|una|unos|unas|ligeramente|igual|
iguales|parecid|similar|semejant|estable|constante|regular|irregular|marcad|suelt|fuert|como|
dentro|por|cerca|casi|práctic|el|la|los|las|lo|estimad|habitual|usual|también|muy|tan|justo|en|al|
entre|alrededor|aproximad|sueño|distint|diferent|recomend|sin|solo|normalmente|a|cada|
prácticamente|bastante|tranquil|interrump|cero|dos|tres|cuatr|cinc|seis|siet|och|nuev|diez|onc|
doc|trec|cator|quinc|diec|veint|treint|cincuent|sesent|setent|novent|cien|mil)
"""


def knows(word: str) -> bool:
    """Whether a text may use the word.

    >>> knows("dormiste"), knows("veintidos"), knows("lorazepam")
    (True, True, False)
    """
    return word in NUMBER_WORDS or is_everyday(word)


LANGUAGE = Language(
    code="es",
    respell=respelled,
    letters=ACCENTED,
    marks="¿¡«»",
    telling=spelt(
        r"""
        \b(?:el|la|los|las|un|una|tu|tus|te|de|del|que|en|y|por|con|fue|fueron|es|son|al|se|no|
        para|hay|hubo|cada|más|si|a|lo|puedes|diste|dormiste|caminaste|llevaste|pasos|sueño|
        noches?|días?|semanas?|pulso|casi|unos|unas)\b
        """
    ),
    knows=knows,
    numbers=NUMBERS,
    relations=RELATIONS,
    subjects={
        "quality": spelt(
            r"""
            \b(?:llev\w+|reloj|pulsera|anillo|dispositivo|teléfono|móvil|celular|datos?|
            registr\w+|med(?:ido|ida|idas|ición|iciones|imos|ir)|midi\w+|cuentan?|contó|contar|
            carg\w+|semanas?|cobertura|recog\w+|cubr\w+|resumen|mirada|imagen|impresión|válid\w+|
            evalu\w+|valora\w+|en cuenta|sirv\w+|usa\w+|aprovech\w+)\b
            """
        ),
        "sleep": spelt(
            r"""
            \b(?:sueño|dorm\w+|duerm\w+|durm\w+|noches?|nocturn\w+|cama|acost\w+|acuest\w+|
            despiert\w+|despert\w+|vela|recomendad\w+|recomiend\w+|punto medio|entre semana|fin
            (?:es)? de semana|vigilia|descans\w+|levant\w+|reposo|almohada)\b
            """
        ),
        "rhythm": spelt(
            r"""
            \b(?:ritmos?(?! card)|patr(?:ón|ones)|contrastes?|día y (?:la )?noche|días?|
            diari[oa]s?|rutinas?|regular\w*|horarios?)\b
            """
        ),
        "activity": spelt(
            r"""
            \b(?:pasos?|camin\w+|and(?:ar|as|aste|ado|uviste|ando)|activ\w+|mov(?:er|iste|ido|
            iendo|imiento)\w*|muev\w+|mueves|vuelta|deprisa|ejercici\w+|pase\w+|corr(?:er|iste|
            iendo|ido)|caminata)\b
            """
        ),
        "heart": spelt(
            r"""
            \b(?:coraz(?:ón|ones)|puls(?:o|aciones|ación)|lat(?:e|ió|ir|iendo|idos?)|cardíac[oa]|
            lpm|ppm)\b
            """
        ),
    },
    claims={
        "heart": spelt(r"\b(?:corazón|pulso|pulsaciones|latidos?|cardíac[oa]|latió)\b"),
        "activity": spelt(
            r"""
            \b(?:pasos|caminaste|caminando|anduviste|corriste|te moviste (?:más|menos))\b
            """
        ),
        "sleep": spelt(
            r"\b(?:dormiste|dormías?|dormido|durmiendo|en vela|despiert[oa]s?|despertaste)\b"
        ),
    },
    names={
        "total_sleep_time": spelt(
            r"""
            (?<!te )\bdormiste\b|(?<!te )(?<!te has )\b(?:has|había|habías) dormido\b|
            \bdurmiendo\b|\bduermes\b|(?<!hora de )(?<!sin )(?<!horas de )
            (?<!antes de )\bdormir\b|(?<!punto medio de tu )(?<!punto medio del )
            (?<!regularidad de tu )(?<!mitad de tu )(?<!conciliar el )(?<!hora de )\bsueño\b|
            \brecomiendan (?:de )?(?=\d+ h)|\bh\b(?=(?: o más)? (?:recom|que se recom))|\b(?:por|
            cada) noche\b|\bdescans(?:o|aste)\b(?! entre| de)|\bdormías?\b|\bnoches\b(?= (?:dur|
            fueron de|tuv|de \d))
            """
        ),
        "sleep_efficiency": spelt(
            r"""
            \bcama\b|\beficien\w+|\b(?:parte|porcentaje|proporción|porción)\b|\bfue
            (?:ron)? (?:de )?sueño\b|\bdurmiendo\b|(?<!te )\bdormiste\b|\bdormido\b
            """
        ),
        "wake_after_sleep_onset": spelt(
            r"""
            \b(?:en vela|vigilia|despiert[oa]s?|despert\w+|sin dormir)\b
            """
        ),
        "sleep_onset_latency": spelt(
            r"""
            \b(?:quedaste|tard(?:aste|as|ó|ado|a|an|aron)\b(?!.*levant)|concili\w+|(?:hasta
            (?: que te)?|antes de|para|en|al) (?:quedarte )?(?:dorm\w+|conciliar)|llegar el sueño|
            llegó el sueño|quedarte)\b
            """
        ),
        "awakenings": spelt(r"\b(?:despert\w+|despiert\w+|veces|interrup\w+|interrump\w+)\b"),
        "sleep_midpoint": spelt(
            r"""
            \b(?:punto medio|tardí[oa]s?|más temprano|se (?:adelant|retras)\w+|mitad|centro|
            punto central|horas? de sueño|tu sueño llegó|horario\w*|más tarde|antes(?! de))\b
            """
        ),
        "sleep_onset_variability": spelt(
            r"""
            \b(?:vari\w+|(?:ir)?regular\w*|parecid\w+(?! a\b)|similar\w*|semejante\w*|
            horas? (?:de(?! (?:media|promedio)\b)|a la que|en que|a las que)|a horas|difier\w+|
            difir\w+|diferenci\w+|distint\w+|estable\w*|constante\w*|oscil\w+|horarios?|repart\w+|dispers\w+|margen|
            misma hora)\b
            """
        ),
        "social_jet_lag": spelt(
            r"""
            \b(?:días? (?:libres?|de descanso|laborables?|de trabajo)|fin(?:es)? de semana|
            entre semana|demás días)\b
            """
        ),
        "sleep_regularity_index": spelt(
            r"""
            \b(?:(?:ir)?regular\w*|constan\w+|parec\w+|similar\w*|semejan\w*|índice)\b
            """
        ),
        "circadian_rhythm_strength": spelt(
            r"""
            \b(?:fuer[zt]\w*|marcad\w+|intens\w+|definid\w+|suelto|ritmo fue)\b
            """
        ),
        "interdaily_stability": spelt(
            r"""
            \b(?:parec\w+|similar\w*|semejan\w*|estab\w+|constan\w+|repet\w+|repit\w+|regular\w*|
            de un día a otro|día (?:a|tras) día|mism\w+)\b
            """
        ),
        "intradaily_variability": spelt(
            r"""
            \b(?:fragment\w*|variab\w+|interrump\w+|interrup\w+|cortad\w+|cambi\w+|altern\w+)\b
            """
        ),
        "relative_amplitude": spelt(r"\b(?:contrast\w*|amplitud|diferen\w+)\b"),
        "rest_activity_ratio": spelt(r"\b(?:proporción|relación|contraste|razón)\b"),
        "m10": spelt(r"\b(?:más activ[oa]s|horas activas|mayor actividad)\b"),
        "l5": spelt(r"\b(?:tranquil\w+|calm\w*|menos activ[oa]s)\b"),
        "daily_steps": spelt(
            r"""
            \b(?:pasos?|d(?:iste|abas|as)|mov(?:iste|ido)|mueves|camin(?:aste|ado|ando|as|ar|ata|
            atas)|and(?:uviste|ado|ando|as|ar)|a pie)\b
            """
        ),
        "moderate_minutes": spelt(
            r"""
            \b(?:moderad\w+|intens\w+|paso (?:rápido|ligero|vivo)|rápido|rápidamente|corr\w+|
            activ\w+|movimiento|moviste|mover\w*|ejercicio|a buen paso)\b
            """
        ),
        "activity_fragmentation": spelt(
            r"""
            \b(?:fragment\w*|interrump\w+|interrup\w+|pausas?|paus\w+|cortad\w+|paras|parar)\b
            """
        ),
        "resting_heart_rate": spelt(
            r"""
            \b(?:reposo|descanso|coraz\w+|puls\w+|lat(?:e|ió|idos?)|cardíac[oa])\b
            """
        ),
        "coverage": spelt(
            r"""
            \b(?:datos?|registr\w+|llev\w+|med(?:ido|ición|iciones)|midi\w+|cubr\w+|cobertura|
            reloj|dispositivo)\b
            """
        ),
        "valid_days": spelt(
            r"""
            \b(?:datos?|registr\w+|llev\w+|med(?:ido|ición|iciones)|midi\w+|cubr\w+|cuentan?|
            contar|contaron|válid\w+|evalu\w+|valora\w+|úti(?:l|les)|aprovech\w+|usa\w+|en cuenta|
            entra\w* en|sirv\w+|complet\w+|base|resumen|suficient\w+)\b
            """
        ),
    },
    times=spelt(_TIMES),
    advised=spelt(_ADVISED),
    offers=offers.SPANISH,
    tells=spelt(
        r"""
        \b(?:fue|fueron|fuiste|era|eran|estuv\w+|hubo|ha|has|han|había|habías|tuv\w+|dormiste|
        diste|caminaste|anduviste|pasaste|tardaste|llegó|subi(?:ó|eron)|baj(?:ó|aron)|aument(?:ó|
        aron)|disminuy\w+|reduj\w+|crec(?:ió|ieron)|cay(?:ó|eron)|cambi(?:ó|aron)|sigui(?:ó|eron)|
        qued(?:ó|aron)|moviste|despertaste|dormías|vari(?:ó|aron)|lat(?:ió|ía)|sum(?:ó|aron))\b
        """
    ),
    personal=spelt(
        r"""
        \b(?:te|ti|tú|tus?(?! edad\b)|contigo|\w{2,}(?:aste|iste)|has|eres|tienes|duermes|caminas|
        llevas)\b
        """
    ),
    unknown=spelt(
        r"""
        \b(?:(?:no|tampoco) (?:(?:se|lo|te|le|nos) )?(?:(?:ha|han|había) )?(?:sab\w+|conoc\w+|
        pod\w+|pud\w+|pued\w+|permit\w+|registr\w+|mid\w+|midi\w+|medi\w+|basta\w*|bastó|
        alcanzan? para|consta\w*|dic\w+|dij\w+|cuent\w+ con|recog\w+|guard\w+|muestr\w+|
        calcul\w+)|no (?:qued|est)\w+ claro|no (?:hay|hubo|había|tenemos|tiene|ten\w+|llegan?|son|
        fueron|es|está|están)(?: aún| todavía)? (?:los |las |tantos |bastantes |muchos |ningún |
        ninguna |más )?(?:suficiente\w*|datos?|registro\w*|información|forma|manera|modo|
        disponible\w*|noches|días|semanas|posible|nada|medici\w+|valor|cifra)|datos insuficientes|
        desconoc\w+|desconozc\w+|incógnita|falta\w* (?:\w+ )?(?:datos|noches|días|semanas|
        registros|información)|hac\w+ falta|(?:muy|demasiado) poc[oa]s? (?:datos|noches|días|
        semanas|registros|medici\w+|información)|pocos datos|datos son (?:muy |demasiado )?pocos|
        sin (?:datos|registro|información|medici\w+)|imposible|en blanco|sin saber|se necesit\w+|
        necesit\w+ (?:más|al menos|\d+|dos|tres|cuatro)|por saber|nada de lo registrado|
        nada que permita|ningún dato|aún (?:es pronto|no)|todavía (?:es pronto|no))\b
        """
    ),
    too_little=spelt(
        r"""
        \b(?:(?:suficient\w+|bastantes)(?! en\b)|insuficient\w+|(?:muy|
        demasiado) poc[oa]s? (?:datos|noches|días|semanas|registros|medici\w+|información)|
        pocos datos|datos son (?:muy |demasiado )?pocos|falta\w* (?:\w+ )?(?:datos|noches|días|
        semanas|registros|información)|hac\w+ falta|más (?:datos|noches|días|semanas)|(?:no|
        ni) (?:bastan?|alcanzan?)|se necesit\w+|es pronto)\b
        """
    ),
    cannot_tell=spelt(
        r"""
        \b(?:(?:dispositivo|reloj|teléfono|celular|móvil|pulsera|anillo)\w* (?:\w+ )?no (?:puede|
        registr\w+|mid\w+|mide|recog\w+|guard\w+|permit\w+|sab\w+|distingu\w+|ofrec\w+|dic\w+|
        detect\w+|mostr\w+|muestr\w+|lo|la)\w*|no (?:lo |la |los )?(?:registr\w+|mid\w+|recog\w+|
        permit\w+|detect\w+) (?:tu|el|este|ese)|no se puede medir|nada de lo registrado|
        no se registró nada|lo que registr\w+ (?:\w+ )+no)\b
        """
    ),
    estimated=spelt(
        r"""
        \b(?:estim\w+|se calculan?|deduc\w+|deduj\w+|infier\w+|inferid\w+|
        calculad[oa]s? a partir)\b
        """
    ),
    unsafe=UNSAFE,
    judging=spelt(
        rf"""
        \b(?:sueño|noches?|descanso|pulso|reposo|pasos|ritmo|ritmo diario|semana|\d{{4}}|
        junio) (?:no )?(?:fue|es|fueron|son|estuvo|estuvieron) (?!{_MAY_BE})\w+|\b
        (?:dorm\w+ (?:muy |bastante |tan |demasiado )?(?:poco|mucho)(?! (?:más|menos|antes|
        después))|(?:es|fue|son|fueron|parece) (?:muy |bastante |tan |demasiado |algo |un poco |
        más bien |ligeramente )?(?:much[oa]s?|poc[oa]s?|cort[oa]s?|breves?|larg[oa]s?|tarde|
        temprano|alt[oa]s?|baj[oa]s?|elevad[oa]s?|rápid[oa]s?|lent[oa]s?)(?! que| de lo| \w+ que|
        más| menos| de)|falta (?:de )?sueño|te faltó sueño|(?:solo|solamente|apenas|
        únicamente) (?:dorm|camin|dist|duró|duraron|has |anduv)\w*|(?:dormiste|caminaste|diste|
        fue de|son) (?:solo|solamente|apenas|únicamente|tan solo)(?! cambi| vari)|que desear|
        algo natural|es natural|(?:es|son|fue|fueron|está) bastante(?=[.,;]|$)|está (?:muy |
        bastante |algo |un poco )?(?:alt|baj|elevad)[oa]s?|fin(?:es)? de semana (?:te |tú )?
        (?:dorm|duerm|acost|acuest|levant|despert|despiert|camin)\w+ .*\b(?:más|menos|antes)|
        logros?|éxito|mérito|no (?:llega|alcanza|basta)(?! al?\b| \w+ al?\b)|(?:que|
        como) debería\w*|lo esperad[oa]|esperable|buen(?:[oa]s?)?(?! paso\b| ritmo\b)|bien
        (?! registrad| cubiert)|excelentes?|estupend\w+|genial\w*|fantástic\w+|maravillos\w+|
        increíbles?|impresionantes?|magnífic\w+|fenomenal\w*|fabulos\w+|mal(?:[oa]s?)?|ideal\w*|
        óptim\w+|(?:in)?adecuad\w+|(?<!datos )(?<!lo )(?<!datos son )(?<!datos fueron )
        (?:in)?suficiente\w*(?! (?:datos|información|registros|noches|días|semanas|medici))|
        mejor\w*|peor\w*|empeor\w*|satisfactori\w+|enhorabuena|felicidades|felicit\w+|bravo|
        orgull\w+|(?:demasiado|muy|extremadamente|sumamente|excesivamente|inusualmente|bastante|
        tan|notablemente|realmente) (?:alt|baj|cort|larg|poc|much|tard|tempran|fuert|débil|
        irregular|rápid|lent|elevad|escas)\w*(?! (?:datos|noches|días|semanas|registros))|
        excesiv\w+|sólid\w+|decent\w+|lamentablement\w+|por desgracia|desgraciadament\w+|
        demasiad[oa]s?(?! poc)|escas[oa]s?|pobres?|poco sueño|poco tiempo de sueño|
        correct[oa]s?)\b
        """
    ),
    kind=spelt(
        r"""
        \b(?:(?:un|una|otra|otro) (?:buen|buena|mejor) (?:forma|manera|idea|momento|hora|rato|
        hábito|comienzo|paso|opción|punto|motivo|costumbre|plan)|(?:vendría|venirte|venir|venga|
        viene|vaya|va|vendrá|sienta|siente|estaría|está) (?:muy )?bien|más bien|si bien|
        mejor (?:imagen|idea)|o bien|buen momento|buen comienzo|tan (?:tarde|temprano)|muy tarde|
        demasiado tarde|mucho mejor|ayud\w+ a (?:dormir|descansar) mejor)\b
        """
    ),
    professional=PROFESSIONAL,
    causes=spelt(
        r"""
        \b(?:porque|debido al?|se (?:deb\w+) a|a causa del?|por culpa del?|gracias al?|ya que|
        puesto que|dado que|por (?:eso|ello)(?! no se (?:dic|sab))|por (?:lo )?tanto|de ahí|
        consecuen\w+|como resultado|resultado de|sugier\w+|suger(?:ir|ía|ían)|(?<!altos )
        (?<!bajos )indic(?:a(?! (?:cuánto|cómo|lo))|an(?! (?:cuánto|cómo))|ó|aría|arían|io|ios)|
        señal(?:es)? de|signos? de|síntoma|revel\w+|delat\w+|demuestr\w+|prueba (?:de )?que|
        apunta\w* a|hac(?:e|en) pensar|provoc\w+|caus\w+|ocasion(?:ó|a|an|aron)\w*|produ(?:ce|cen|
        jo|jeron)|(?:hizo|hace|hacen|hicieron|haría) que|(?:llev(?:a|ó|an|aron)|condu\w+) a
        (?! (?:cabo|lo largo))|influ\w+|afect\w+|impact\w+|repercut\w+|explic\w+|motiv(?:o|os|
        ad\w+) (?:por|de|del)|a raíz de|fruto de|por efecto|efecto de|reflej\w+|(?:te|se|
        le) (?:quit|rob|dio|dan?|dej)\w* (?:el |en |más |menos )|te (?:hizo|hicieron|hace|hacen|
        dejó|dejaron|obligó|ayudó|ayudaron|impidió|permitió)|al \w+r (?:más|menos|tanto|poco|
        mucho)|^(?:caminando|durmiendo|moviéndote|acostándote)\b[^,]*\b(?:más|menos|antes)|
        responsables? de|viene[n]? de|proviene\w*|relacionad\w+ con|asociad\w+|vinculad\w+|
        correlac\w+|contribu\w+|depend\w+ de|signific\w+|ayud(?:ó|aron|a|an) a que|tanto que|
        permit(?:ió|ieron)|así que (?:dorm|camin|te|tu)\w*|por lo que (?:dorm|camin|te|tu)\w*|
        en respuesta|evidencia)\b
        """
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
