"""How Spanish sets one number against another, and says that something moved or did not."""

from __future__ import annotations

from clarity.domain.words.languages.language import Relations
from clarity.domain.words.languages.spanish_words import spelt

_ABOUT = r"""
(?:(?:unos|unas|un|una|el|la|los|las|tus?|alrededor del?|cerca del?|casi|aproximadamente|
en torno al?|solo|apenas|dormir|dar|caminar)\s+)*
"""
# What makes "más" a less: "más corto", "más temprano".
_LESSER = r"""
(?:temprano|pronto|cort[oa]s?|baj[oa]s?|breves?|débil(?:es)?|lent[oa]s?|escas[oa]s?|reducid[oa]s?|
pequeñ[oa]s?|suelt[oa]s?|floj[oa]s?)
"""
# What "más" does not compare with other weeks before.
_NO_CHANGE = r"""
(?:o menos|reciente|adelante|allá|datos|noches (?:de|con|para)|días (?:de|con|para)|activ[oa]s|
tranquil[oa]s|que nada|bien|que suficiente)
"""
_STEADY = r"""
(?:regular(?:es|idad)?|estables?|constantes?|parecid[oa]s?|uniformes?|fij[oa]s?|similares|
semejantes|ordenad[oa]s?)
"""
_UNSTEADY = r"(?:variables?|variad[oa]s?|irregular(?:es)?|dispers[oa]s?|cambiantes?|distint[oa]s?)"
_EARLIER = r"""
(?:semanas|semana(?! pasada)|meses|periodo|época) (?:anterior(?:es)?|previ[oa]s?|pasad[oa]s?|
de antes)|(?:anterior(?:es)?|otras|demás) semanas
"""

# What "que" compares with, where it is no "that".
_THAN = r"""
de costumbre|lo (?:habitual|usual|de siempre|que)|antes|(?:en|durante) (?:las|tus|otras|semanas|
el)|las? (?:semanas?|de)|tus? (?:media|promedio|costumbre|nivel|semanas|propi)|el (?:mes|
promedio)|hace|es habitual|otras|siempre|una? |\d|l[oa]s \d|usual|habitual|la media
"""

RELATIONS = Relations(
    breaks=spelt(
        rf"""
        ,(?!\d)|[;()]|:(?!\d)|[.!?¿¡](?=\s|$)|\s-\s|(?P<against>(?:\b(?:que(?= (?:{_THAN}))|
        frente al?|contra|versus|comparad[oa]s? con|en comparación con|respecto (?:al?|del?)|
        en (?:lugar|vez) del?)\b|\bde (?=lo (?:habitual|usual|que|acostumbrado|de siempre)|
        tu (?:media|promedio|costumbre)|costumbre)))|\b(?:y(?! (?:media|cuarto|tres cuartos|
        \w+ (?:min|minutos?)))|e|pero|mientras|aunque|cuando|con(?! (?:más|menos)\b)|
        sin embargo)\b
        """
    ),
    usual=spelt(
        rf"""
        \b(?:costumbre|habitual(?:es|mente)?|usual(?:es|mente)?|acostumbr\w+|suel(?:e|es|en|o)|sol
        (?:ía|ías|ían)|de siempre|como siempre|siempre(?=[.,;]|$)|hasta ahora|hasta hoy|
        normalmente|por lo general|generalmente|anteriormente|(?<=que )antes|(?<=como )antes|
        ^antes|(?<=pasos )antes|(?<=dia )antes|(?<=% )antes|(?<=latidos )antes|(?<=minuto )antes|
        tu propi[oa] (?:media|promedio|nivel|base)|tu (?:media|promedio|nivel|
        punto de partida) (?:de siempre|habitual)|{_EARLIER})\b
        """
    ),
    origin=spelt(
        rf"""
        (?:\b(?:desde|tras|después de|partiendo de|(?:antes(?: de (?:eso|ello|entonces|
        la semana)[^,;]*)?|primero|al (?:principio|inicio)|inicialmente|hasta (?:entonces|
        esa semana)|previamente)(?: (?!dela semana)\w+){{0,2}})|\b(?:pas|baj|sub|cambi|descend|
        desciend|aument|cay|crec)\w*\s+de|(?:^|[:,;(]\s*)de)\s+{_ABOUT}$
        """
    ),
    reference=spelt(
        r"""
        \b(?:recomend\w+|recomiend\w+|aconsej\w+|sugerid[oa]s?|orientativ[oa]s?|guías?|
        referencias?|publicad[oa]s?|adult[oa]s?|expert[oa]s|(?:a|para|de) tu edad)\b
        """
    ),
    span=spelt(
        r"""
        \b(?:en|durante|a lo largo de|de|por|con|entre|en el conjunto de)\s+(?:(?:el conjunto de|
        las|los|estas|estos|esas|mism[oa]s|todas|tus|últim[oa]s|pasad[oa]s|recientes|\d+|dos|tres|
        cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece)\s+)*(?:semanas|meses)
        (?! (?:anterior|previ))|\b(?:este|el último|todo el|el|del) mes\b|\bmensual(?:es)?\b|
        \ben (?:su )?conjunto\b|\b(?:todas|estas|esas|tus|las|últimas)(?: \w+){0,2} semanas\b
        (?! (?:anterior|previ|pasad|de antes))|\b(?:del|en el|este|todo el|el) (?:periodo|período|
        tramo|trimestre)\b|\beste tiempo\b
        """
    ),
    pace=spelt(
        r"""
        \b(?:(?:por|a la|cada|de una|tras cada) semana|de semana en semana|semana (?:a|tras|
        por) semana|semanal(?:es|mente)?)\b
        """
    ),
    apart_after=spelt(
        r"""
        ^\s*(?:(?:(?:al|por|cada|de cada) (?:día|noche|minuto)|diari[oa]s?|en promedio|de media|
        porcentuales|de (?:sueño|pasos|movimiento|actividad|caminata)|en vela|en la cama|
        durmiendo|sin dormir)\s+)*(?:más|menos|por (?:encima|debajo)|de (?:más|menos|diferencia|
        distancia|margen|sobra)|extra|adicional(?:es)?|antes(?! del? (?:dorm|acost|levant))|mayor|
        menor|superior|inferior|(?:cada|por|a la) semana|arriba|abajo)\b
        """
    ),
    apart_before=spelt(
        rf"""
        (?:\b(?:diferencias? (?:es |fue |son )?de|otr[oa]s|(?:sub|baj|aument|reduj|reduc|disminuy|
        increment|crec|cay|alarg|acort|adelant|retras|descend|desciend|ascend|ascien|gan|perd|
        pierd|añad|rest)\w*(?:\s+en)?|(?:subida|bajada|alza|aumento|descenso|caída|incremento|
        reducción|cambio|salto|ganancia|pérdida) de|difier\w+ en|, en|más|(?<!más o )menos)|
        [+-])\s*{_ABOUT}$
        """
    ),
    up=spelt(
        rf"""
        \b(?:más(?! {_NO_CHANGE}\b)(?! {_LESSER}\b)|menos {_LESSER}|mayor(?:es)?(?! parte)|sub
        (?:e|es|en|ir|ió|ieron|iste|ido|iendo|idas?|ía|ían)|aument\w+|crec(?:e|en|er|ió|ieron|ido|
        iendo|iente)\w*|increment\w+|gan(?:ó|aste|aron|ado|ando|a|as)|alarg\w+|prolong\w+|
        retras\w+|superior(?:es)?|super(?:ó|a|as|aste|aron|ado|an)|rebas\w+|sobrepas\w+|exced\w+|
        por encima|arriba|extra|adicional(?:es)?|elev\w+|ascen\w+|ascien\w+|al alza|reforz\w+|
        refuerz\w+|añad\w+|(?<!datos )de sobra|ampli(?:ó|aron|ado)|repunt\w+)\b
        """
    ),
    down=spelt(
        rf"""
        \b(?:menos(?! {_LESSER}\b)(?! (?:activ[oa]s|de un|mal))|más {_LESSER}|menor(?:es)?|(?:
        (?<!un )(?<!el )(?<!valor )(?<!más )baj(?:a|ar|as|an|ó|aron|aste|ado|ando|ada|adas|o))|
        disminu\w+|descen\w+|descien\w+|redu(?:c|j|zc)\w*|cay\w+|cae[ns]?|caer|caíd[oa]s?|perd
        (?:ió|iste|ieron|ido)|pierd\w+|acort\w+|adelant\w+|(?:min|minutos?|horas?|h|poco|algo|
        mucho|bastante) antes(?! del? (?:dorm|acost|levant|quedar|ir))|antes (?:que (?:de|en|las)|
        de lo (?:habitual|usual))|(?:acost|acuest|dorm|duerm|levant|lleg|empez|empiez|
        conciliar)\w* (?:\w+ )?antes(?! de)|inferior(?:es)?|por debajo|abajo|recort\w+|decre\w+|
        declin\w+|mengu\w+|debilit\w+|a la baja|de menos|flojea\w*|decay\w+)\b
        """
    ),
    same=spelt(
        r"""
        \b(?:como (?:de costumbre|siempre|antes|las? de (?:siempre|costumbre)|es habitual|sueles|
        acostumbr\w+)|(?:el|la|los|las) de siempre|igual(?:es)?(?! (?:de|al?) (?:hora|forma|
        manera))|lo mismo|(?:sin|con pocos|pocos|apenas|ningún|ni|no hay|no hubo) (?:apenas |
        grandes |muchos |hubo )?cambios?|(?:no|apenas|casi no|tampoco) (?:se |te |ha |han )?
        (?:cambi|vari|mov)\w+|(?:parecid|semejante|similar|cercan)\w* al?|
        cerca del? (?:lo habitual|tu)|en (?:línea|sintonía) con|dentro de (?:lo|tu|tus|
        su) (?:habitual|rango|margen|costumbre|usual|de siempre)|se (?:mant|conserv)\w+|(?:sigu|
        mant)\w+ (?:igual|como|estable|constante|en)|estables?|constantes?|ni más ni menos|
        nada fuera de lo (?:habitual|usual)|no (?:sale|salió|se sale|salió) de lo habitual|
        en tu (?:nivel|línea))\b
        """
    ),
    moved=spelt(
        r"""
        \b(?:(?<!no )(?<!apenas )(?<!no ha )cambi(?:ó|aron|ado|ando|aste)|(?<!pocos )(?<!sin )
        (?<!apenas )(?<!menos )(?<!más )(?<!en )cambios?(?! (?:de|entre|en el reloj))|(?:muy |
        bastante )?(?:distint|diferente)\w* (?:al?|del?) (?:lo|la|las|los|tu|tus|otr)|salto|giro|
        inusual(?:es)?|(?<!nada )fuera de lo (?:habitual|común|usual)|nuevo nivel|desplaz\w+)\b
        """
    ),
    steadier=spelt(
        rf"""
        \b(?:más {_STEADY}|menos {_UNSTEADY}|(?:vari|cambi|oscil)\w+ menos|se (?:estabiliz|
        regulariz|asent)\w+)\b
        """
    ),
    unsteadier=spelt(
        rf"""
        \b(?:menos {_STEADY}|más {_UNSTEADY}|(?:vari|cambi|oscil)\w+ más|se desorden\w+)\b
        """
    ),
    neutral=spelt(
        r"""
        \bcuant[oa]s? (?:más|menos|mayor|menor)\b[^.;]*?\b(?:más|menos|mayor|menor|mejor)\b
        (?: cambios)?|\b(?:un )?(?:valor|número|índice|resultado)(?:es)? (?:más )?(?:alt|baj|
        mayor|menor)\w*(?: (?:indic|signific)\w+)?|\bcuánto (?:te )?(?:cambi|vari)\w+|
        \bmás o menos\b|\bno (?:más|menos) de\b|\bnada más\b|\b(?:una|alguna) vez más\b|\b(?:dec|
        dic|dig|cont|cuent|mostr|muestr|sab|ver|ve|aprend|enseñ|conoc|le)\w* (?:te |algo |
        un poco |mucho )?más\b(?! o menos)|\bmás (?:sobre|acerca|información|detalle\w*|completo|
        a fondo)\b|\bsemanas? más recientes?\b|\bmás recientes?\b|\bes decir\b|
        \bdías más parecidos\b|\bcambi\w+ (?:\w+ )?(?:de un día a otro|de día en día)\b|(?:^|
        [.,;:(] )antes\b|\b(?:según|con|de) (?:los|tus|estos) datos\b|\b(?:en tu caso|para ti|
        en ti)\b|\ben (?:pocas|otras) palabras\b|\b(?:en|de|durante) (?:el conjunto del? |la |
        las |esta |estas |tu |tus )(?:\w+ )?(?:mes|semanas?)\b|^semana a semana\b|^en conjunto\b|
        \btarde o temprano\b|\bes[ae] (?:fue|es) tu (?:media|promedio)\b|\bhoras? menos (?:cuarto|
        cinco|diez|quince|veinte|veinticinco|\d+)\b|\bun (?:patrón|ritmo|contraste|día) más \w+|\b
        (?:horas|momentos|tramos) (?:más|menos) (?:activ|tranquil)\w+|\bbajo (?:la|el|un)\b|
        \bpor lo menos\b|\bal menos\b|\b(?:hac\w+ falta|falta[nr]?|necesit\w+|con) (?:un poco |
        algo )?más\b|\blo más \w+ posible\b
        """
    ),
    meets=spelt(
        r"""
        \b(?P<not>(?:no|sin|tampoco|ni) (?:se |lo |las |la |los |alcanza a |llega a )?)?
        (?:cumpl\w+|alcan[zc]\w+|llega(?:n|s|ste|ron|r|ndo)? al?|llegó al?|satisf\w+|(?:dormiste|
        caminaste|diste) (?:justo |exactamente )?lo (?:que se )?recom\w+|coincid\w+ con|
        se ajust\w+ a|encaj\w+ (?:en|con)|entr\w+ (?:en|dentro)|dentro del?(?: lo|las?| los|
        el)? (?!habitual|usual|de siempre)|en línea con (?:lo|las?|los) (?:\w+ )*recomend\w+|
        según lo recomendado|como se recomienda|cubr\w+)\b
        """
    ),
    misses=spelt(
        r"""
        \b(?:fuera de (?:lo|las?|los|el) (?!habitual|usual|común)|(?:se )?qued\w+ (?:cort\w+|
        lejos)|por debajo de lo recomendado)\b
        """
    ),
    lasting=spelt(
        r"""
        \b(?:tendencias?|(?:sigu|contin|llev)\w+ (?:\w+ )?(?:sub|baj|aument|disminuy|crec|cay|
        mejor|empeor)\w+|no (?:par|dej|ces)\w* de|desde hace|(?:sub|baj|aument|disminuy|crec|
        ca)\w+ cada (?:semana|mes)|cada vez (?:más|menos)|semana (?:a|tras) semana|(?:va|van|vas|
        fue|ha ido|han ido|viene|vienen) (?:\w+ndo|a más|a menos|en aumento|al alza|a la baja)|
        poco a poco|llev\w+ (?:\w+ )?(?:semanas|meses|tiempo)|durante (?:semanas|meses))\b
        """
    ),
    denied=spelt(r"\b(?:no|nunca|jamás|tampoco|ni|sin|lejos de)\b"),
)
