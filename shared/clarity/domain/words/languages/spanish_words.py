"""The words that a Spanish text may use: everyday ones, on sleep, movement, rhythm, pulse and data.

What is not here may not be written: no organ but the heart, nothing of illness, moods, food, body,
remedies, money or machines. Words are read without their accents; inflected forms follow from the
base form.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACCENTED: Final = "áéíóúüñ"
_LINES: Final = re.compile(r"\n *")
_ACCENTS: Final = str.maketrans(ACCENTED, "aeiouun")


def bare(text: str) -> str:
    """The text without accents, which many leave out: "sueño" is read as "sueno"."""
    return text.translate(_ACCENTS)


def spelt(pattern: str) -> re.Pattern[str]:
    """The pattern as it is read: without accents, and in one line."""
    return re.compile(_LINES.sub("", bare(pattern)))


# As they stand: articles, pronouns, prepositions, conjunctions, adverbs, short verbs, units, days.
_FIXED: Final = frozenset(
    bare("""
el la lo los las un una unos unas al del yo tú ti te tuyo tuya tuyos tuyas tu tus su sus se sí me
mi mis nos nuestro nuestra nuestros nuestras él ella ello ellos ellas le les contigo consigo vos
uno este esta esto estos estas ese esa eso esos esas aquel aquella aquello aquellos aquellas que
qué quien quién quienes cual cuál cuales cuáles cuyo cuya cuyos cuyas cuanto cuánto cuanta cuánta
cuantos cuántos cuantas cuántas cuando cuándo donde dónde como cómo a ante bajo con contra de desde
durante en entre hacia hasta mediante para por según sin sobre tras salvo excepto incluso vía y e o
u ni pero sino aunque si pues mientras porque conforme apenas no nunca jamás tampoco también además
así aun aún todavía ya ahora antes después luego entonces siempre pronto tarde temprano hoy mañana
ayer anoche aquí ahí allí acá allá cerca lejos dentro fuera adentro afuera arriba abajo delante
detrás encima debajo alrededor adelante atrás enseguida despacio deprisa quizá quizás acaso ojalá
tal vez muy mucho mucha muchos muchas poco poca pocos pocas tan tanto tanta tantos tantas más menos
bastante bastantes casi solo sólo demás algo alguien algún alguno alguna algunos algunas nada nadie
ningún ninguno ninguna cada todo toda todos todas ambos ambas varios varias otro otra otros otras
mismo misma mismos mismas demasiado demasiada demasiados demasiadas mejor peor mayor menor mayores
menores bien mal medio media medios medias mitad doble triple tercio tercios cuarto cuartos tercera
par pares docena decena veintena quincena centenar millar millares cientos miles primer primero
primera primeros primeras segundo segunda segundos segundas tercer tercero último última últimos
últimas próximo próxima próximos próximas siguiente siguientes anterior anteriores gran buen hay va
van vas voy vaya vamos sea seas sean seamos ser es eres son somos era eras eran éramos fue fueron
fuiste fuimos fuese sido siendo será serán serás sería serían soy estar está estás están estoy
estamos estaba estabas estaban estuvo estuviste estuvieron estuve estuviera estado estando estará
estarán estarás estaría estarían esté estés estén estemos haber ha has han he hemos había habías
habían hubo habrá habrán habrías habría habrían haya hayas hayan hubiera hubieras hubieran habido
habiendo ir ido yendo iba ibas iban irá irán irás iría irían vayas vayan íbamos ver veo ve ves
vemos ven vio viste vimos vieron veía veían visto viendo verá verán verás vea veas dar da das dan
damos dio dieron diste dabas daba daban dado dando dará darán darás daría dé den des di saber sé
sabe sabes saben sabemos sabía supo sabido sabrá sabrás sabremos sepa sepas sepamos sepan lunes
martes miércoles jueves viernes sábado sábados domingo domingos enero febrero marzo abril mayo
junio julio agosto septiembre setiembre octubre noviembre diciembre h hs hora horas min mins minuto
minutos s seg ms milisegundo milisegundos lpm ppm día días noche noches semana semanas mes meses
año años fin veces mediodía medianoche madrugada am pm etc aprox aproximadamente gracias hola haz
ponte ten ven sal anduve anduviste anduvo anduvieron respecto normalmente mantén mantente pon detén
vete dime haciendo primeramente asimismo incluida incluidas acerca mediados finales principios
comienzos inicios ningunos través pese siquiera nosotros nosotras conmigo cualesquiera dondequiera
cuandoquiera viceversa etcétera ojo anteayer antier mío mía hubiese fuésemos hayamos habríamos
quisiera quisieras pudiera pudieras pudieran supiera tuviera tuvieras hiciera hiciese dijera
viniera trajera pusiera cupiera valdría saldría vendría tendría tendrías podría podrías podríamos
haría harías diría querría sabría querrías veinticuatro treinta sesenta noventa
""").split()
)
# Nouns and adjectives in the singular, in the masculine where there are two.
_NAMES: Final = frozenset(
    bare("""
abierto abrigo abundante acceso acera aclaración acogedor actividad activo actual adecuado adelanto
adicional adolescente adulto agenda agradable agua aire ajeno ajuste alarma alba alcance alejado
algodón almohada alternancia alternativa altibajo alto alza amable amanecer ambiente amiga amigo
amplio amplitud andar andarín anterior anual apagado aparato aparte apoyo apreciable apropiado
aproximación aproximado apunte arco arranque ascendente ascenso ascensor aspecto asunto atardecer
atención audiolibro aumento ausencia autobús automático avenida aviso ayuda azar baile bajada bajo
balance balcón barrio base bastón batería baño bici bicicleta blanco bloque bolsillo bombilla
bonito borde bosque bostezo botón brazo breve brusco bueno bus cabezada cable cadencia calendario
calle calma calmado calzado cama cambiante cambio caminante caminata camino campana campo canción
cantidad capa cardiaco cardíaco carga cargador casa caso cautela cauteloso caída celular central
centro centésima cercano chaqueta charla ciclo cielo cierre cierto cifra circadiano ciudad claridad
claro clase cobertura coche cocina coincidencia coincidente cojín colcha colchón colegio colina
comienzo comodidad compacto comparable comparación comparado comparativa compañero compañía
completo complicado computadora compás común concentrado concreto condición confortable conjunto
conocido consecutivo consejo consistencia consistente consola constancia constante conteo contiguo
continuado continuidad continuo contrario contraste conveniente conversación corazón cordial correa
correcto correspondiente corriente corte cortina corto cosa costumbre cotidiano creciente
cronológico cronómetro cuaderno cuadro cualquier cualquiera cuanto cuarto cuenta cuento cuesta
cuestión cuidado curiosidad curioso curso curva cálculo cálido cómodo cómputo dato decena decimal
decreciente dedo definido demora deporte descanso descendente descenso deseo desfase despacito
despertador despertar despertares despierto desplazamiento destacable destacado destino desviación
detallado detalle determinado diario diferencia diferencial diferente difícil digital dirección
directo discreto disminución disperso disponible dispositivo distancia distinto distribución diurno
dormido dormitorio ducha duda duración durmiente décima edad edredón eficiencia eficiente ejemplo
ejercicio elección elemento elevado eléctrico encendido enchufe encuentro enorme ensayo entero
entorno entrada equipo equivalencia equivalente escala escalera escaleras escalón escaso escritorio
escuela esfera esfuerzo espacio específico espera espontáneo esquina estabilidad estable estación
estadística estadístico estimación estimado estimativo estiramiento estrecho estrella estructura
etapa evolución exactitud exacto excepción excursión experiencia explicación extenso extra extremo
facilidad factible faena falta familia familiar favorito fecha festivo fiabilidad fiable fijo final
fino firme flexibilidad flexible fluctuación fluctuante foco fondo forma foto fotografía fracción
fragmentación fragmentado fragmento franja frase frecuencia frecuente freno frente fresco frescor
frontera frío fuerte fuerza función futuro fácil físico gana general gente gestión gesto giro
global grado gradual grande grato gris grupo gráfica gráfico gusto guía habitación habitual hecho
historia historial hito hogar hoja holgado holgura homogéneo horario horizonte hueco hábito idea
ideal idéntico igual igualado igualdad ilustrativo imagen importancia importante impresión
inactividad inactivo incompleto incremento indicativo individual inestable inferior información
informativo informe inicial inicio ininterrumpido instante insuficiente intención intensidad
intenso intento interesante intermedio internacional interrumpido interrupción interruptor
intervalo interés invierno irregular irregularidad jardín jornada joven juego junto juntos justo
laborable laboral lado laguna lapso largo latido latir lecho lector lectura lejano lento libertad
libre libro ligero limitado lindo lista llamada llamativo llano llegada llegar lleno llovizna
lluvia local longitud luego lugar luminoso luna luz lámpara lápiz límite línea madrugador mando
manera mano manta manzana mar marca marcado marcador marcha margen mascota matemático matinal matiz
matutino mayoría mañanero mecánico media mediana mediano medición medida medidor mejora melodía
mención mensaje mensual mercado mes mesa mesilla mesita meta metro minoría minutero mirada mismo
mitad mochila modelado moderación moderado modesto modo momento montaña monótono motivo movido
movilidad movimiento muestra muestreo mundo muñeca máximo método mínimo móvil música nacional
natación natural negativo neutral neutro nivel niña niño nocturno nombre nota notable noticia
novedad novela nube nuevo nulo numérico nítido número objetivo obra observación ocasión ocaso
oficina ojeada ola onda opción oportunidad oportuno orden ordenado ordenador orientación
orientativo origen original oscilación oscilante oscuridad oscuro otoño paciencia paisaje palabra
panorama pantalla papel par parada paraguas paralelo parcial parecido parque parte particular
partida pasado pasajero paseo paseíto pasillo paso patinete patio patrón paulatino pausa pausado
pauta paz peatonal peatón peldaño pena pendiente penumbra penúltimo pequeño percentil perceptible
perfil periodo permanente perro persiana persona personal personalizado perspectiva período pie
piso pista placentero plan plano planta playa plaza plazo pleno plácido población poco podcast
poquito porcentaje porcentual porción posibilidad posible positivo posterior precisión preciso
preferencia preferido pregunta preliminar preparación presente previo primario primavera primero
principal principio prisa privado probable proceso progresivo progreso prolongado promedio
pronunciado propio proporción propuesta propósito protagonista provisional provisorio proximidad
prudente prueba práctica práctico próximo publicado puente puesta pulsación pulsera pulso punta
punto puntual página público quehacer quieto quietud quincenal racha radio rango raro rasgo rastro
ratito rato razonable razón real recado reciente recogida recomendable recomendación recomendado
recordatorio recorrido recuadro recuento recuerdo recuperable redondo reducción reducido referencia
registro regreso regular regularidad relación relajado relajante relativo relevante reloj rendija
rendijas repartido reparto repaso repentino repetido reposo representativo reserva respectivo
respiro respuesta resta restante resto resultado resumen retorno retraso retrato reunión revista
rincón ritmo ritual rodeo ruido ruidoso ruta rutina rutinario rápido río sala salida salto salud
salón seco secuencia secundario seguido seguimiento segundero segundo seguro semanal semejante
semejanza sencillo sendero sensación sensor sentido separado sereno serie sesión señal siesta
significativo silencio silencioso silla sillón similar similitud simple simultáneo sitio situación
sofá sol soleado solo sombra sonido sosegado sosiego sostenido suave subida sucesión suelto sueño
suficiente sugerencia suma superficie superior suposición sutil sábana tabla tableta tamaño tantito
tanto tapón tarde tardío tarea tele teletrabajo televisión televisor teléfono tema temperatura
templado templanza temporada temporal tempranero tendencia tenue tercero tercio terraza terreno
texto tibio tictac tiempo tipo titular tono tope total trabajo tramo tranquilidad tranquilo
transcurso transición trasnochado trasnochador trayecto trayectoria tren trote tránsito turno
técnica término típico umbral unidad uniforme universidad usual vacaciones vacación vacilante vacío
validez valioso valor variabilidad variable variación variado variante variedad vecino vela velada
velocidad ventaja ventana ventanal ventilado verano verdad versión vespertino vez viable viaje vida
viejo viento vigente vigilia vigoroso visible visión vista vistazo vivaz vivo volumen voluntad
vuelta válido zapatilla zapato zona época índice último único útil
""").split()
)
# Verbs, with the stems that their other forms have.
_VERBS: Final = bare("""
abandonar abarcar abrir abrochar acabar aceptar acercar aclarar acomodar acompañar aconsejar
acordar/acuerd acortar acostar/acuest acostumbrar activar actualizar acumular adaptar adelantar
adivinar admitir advertir/adviert advertir/adviert/advirt afianzar afinar agendar agradar
agradecer/agradezc agregar agrupar aguantar ahorrar airear ajustar alargar alcanzar alegrar alejar
aligerar alternar amanecer/amanezc amoldar ampliar analizar andar/anduv animar anochecer
anochecer/anochezc anotar anticipar antojar apagar aparecer/aparezc apetecer/apetezc aplazar
aplicar aportar apoyar apreciar aprender aprovechar aproximar apuntar arrancar arrojar asegurar
asentar/asient asimilar asomar atender/atiend atenuar aterrizar atrasar atravesar/atravies aumentar
avanzar averiguar avisar ayudar añadir bailar bajar basar/bas bastar bostezar buscar caber/cab/cup
caber/cab/cup/quep caer/ca calcular calmar cambiar caminar captar cargar cerrar/cierr charlar
cifrar circular coger/coj coincidir colocar combinar comentar comenzar/comienz compaginar comparar
compensar completar comprender comprobar/comprueb computar conceder concentrar conciliar
concluir/concluy concordar/concuerd concretar conducir/conduj/conduzc conectar confirmar conformar
conocer/conozc conseguir/consig/consigu conservar considerar consistir consolidar constar consultar
contabilizar contar/cuent contener/contien/contuv/conteng continuar convenir/convien/conveng/convin
conversar convertir/conviert/convirt coordinar corregir correr corresponder cortar costar/cuest
crear crecer/crezc creer/cre cruzar cuadrar cuantificar cubrir/cubiert cuidar cumplir dar deber
decidir decir/dig/dic/dij/dich declinar decrecer dedicar deducir definir dejar demorar depender
desacelerar desactivar desaparecer/desaparezc desarrollar desayunar descansar descender/desciend
desconectar desconocer/desconozc describir/descrit descubrir/descubiert desear desenchufar
despertar/despiert desplazar destacar desvelar detallar detectar detener/detien/deteng/detuv
determinar devolver dibujar diferenciar diferir/difier diferir/difier/difir difir dir dirigir
discrepar discurrir disfrutar disminuir/disminuy dispersar disponer/dispon/dispong/dispus/dispuest
distanciar distinguir/disting distinguir/disting/distingu distribuir/distribuy dividir doblar
dormir/duerm/durm duchar dudar durar efectuar ejecutar elegir/elig/elij elevar empezar/empiez
emplear encajar encantar encender/enciend enchufar encontrar/encuentr enlazar ensanchar enseñar
entender/entiend entrar equivaler/equivalg escalonar escapar escoger/escoj escribir/escrit escuchar
espaciar esperar estabilizar establecer/establezc estimar estirar estrenar evaluar evitar
evolucionar examinar exceder existir expandir experimentar explicar explorar expresar
extender/extiend extraer facilitar faltar figurar fijar finalizar fluctuar fluir/fluy formar
fraccionar fragmentar frenar funcionar ganar girar grabar guardar guiar gustar habituar hablar
hacer/hac/hag/hic/hiz/har/hech hallar identificar igualar iluminar ilusionar imaginar impedir
imperar implicar importar inaugurar incluir/incluy incorporar incrementar indicar informar iniciar
insistir instalar intentar intercalar interesar interpretar interrumpir intervenir introducir
introducir/introduj/introduzc invertir invitar jugar juntar latir leer leer/le levantar limitar
llamar llegar llevar lograr madrugar mandar manejar mantener/mantien/manteng/mantuv marcar marchar
medir/mid mejorar mencionar menguar merecer/merezc meter mezclar mirar moderar modificar
mostrar/muestr mover/muev multiplicar nadar necesitar notar observar obtener/obtien/obteng/obtuv
ocupar ocurrir ofrecer/ofrezc olvidar opinar optar ordenar organizar orientar oscilar
oscurecer/oscurezc oír/oig/oy parar parecer/parezc partir pasar pasear pausar pedalear pedir/pid
pensar/piens percibir perder/pierd perdurar permanecer/permanezc permitir persistir
pertenecer/pertenezc pintar planchar planear planificar plantar plantear poder/pued/pod/pud/podr
poner/pon/pong/pus/puest practicar precisar preferir/prefier/prefir preguntar preparar presentar
prestar prever probar probar/prueb procurar producir programar progresar prolongar promediar
proponer/propon/propong/propus proporcionar puntuar quedar querer/quier/quis/querr quitar realizar
reanudar recargar recibir recobrar recoger recoger/recoj recomendar/recomiend reconocer/reconozc
recopilar recordar/recuerd recorrer recortar redistribuir/redistribuy redondear
reducir/reduj/reduzc reducir/reduzc/reduj referir/refier/refir reflejar refrescar regalar registrar
regresar regular regularizar reinar reiniciar relacionar relajar rellenar relucir renunciar
repartir repasar repetir/repit reposar representar requerir/requier/requir reservar resolver
respetar responder restar resultar resumir retirar retomar retrasar retroceder reunir revisar
rodear rondar rotar rozar sacar salir/salg/saldr saltar seguir/sig/sigu sentar/sient sentir/sint
separar servir/sirv señalar significar silenciar simplificar sincronizar situar sobrar sobrepasar
soler/suel soltar/suelt sonar/suen sorprender sostener/sostien/sosteng/sostuv suavizar subir
suceder sugerir/sugier sumar superar suponer/supon/supong/supus suponer/supon/supong/supus/supuest
surgir sustituir sustituir/sustituy tardar tejer tender/tiend tener/tien/teng/tuv/tendr terminar
tocar tomar totalizar trabajar traducir traducir/traduj/traduzc traer/tra/traj/traig transcurrir
transitar trasladar trasnochar tratar trepar trotar tumbar ubicar unir usar utilizar
valer/valg/valdr valorar variar venir/vien/veng/vin/vendr ventilar viajar vigilar visitar
visualizar vivir voltear volver/vuelv/vuelt zanjar
""").split()

_AR_ENDINGS: Final = """
o as a amos ais an e aste asteis aron aba abas abamos abais aban are aras ara aremos aran aria arias
ariamos arian aramos ase asen es emos eis en ar ando ado ada ados adas
"""
_ER_ENDINGS: Final = """
o es e emos imos eis is en eron i iste io isteis ieron ia ias iamos iais ian ere eras era eremos
eria eran erias eriamos erian ire iras ira iremos iran iria irias iriamos irian as a amos an os
iera ieras ieramos ieran iese iesen er ir iendo ido ida idos idas yo yeron yendo yera yeran ron ra
ras re remos ran ria rias rian
"""
_AR: Final = frozenset(_AR_ENDINGS.split())
_ER: Final = frozenset(_ER_ENDINGS.split())
# Written together with an infinitive, a gerund or an order: "dormirte", "llevalo".
_PRONOUNS: Final = re.compile(r"(?<=[aeorn])(?:(?:me|te|se|nos)?l[aeo]s?|me|te|se|nos)$")


def _by_stem() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for verb in _VERBS:
        infinitive, *others = verb.split("/")
        endings = _AR if infinitive.endswith("ar") else _ER
        for stem in (infinitive[:-2], *others):
            for written in (stem, _softened(stem, endings)):
                found[written] = found.get(written, frozenset()) | endings
    return found


def _softened(stem: str, endings: frozenset[str]) -> str:
    """How the stem is written before the other vowels: "lleg" in "llegue", "cog" in "coja"."""
    changes = {"c": "qu", "g": "gu", "z": "c"} if endings is _AR else {"g": "j", "c": "zc"}
    return stem[:-1] + changes.get(stem[-1], stem[-1])


_STEMS: Final[Mapping[str, frozenset[str]]] = _by_stem()
_LONGEST_ENDING: Final = max(map(len, _AR | _ER))


_SMALL: Final = re.compile(r"(?<=[a-z]{3})it[oa]s?$")  # "tramito"


@lru_cache(maxsize=4096)
def is_everyday(word: str) -> bool:
    """Whether the word is one of these, or a form of one.

    >>> [word for word in ("durmieras", "lorazepam", "tranquilamente") if is_everyday(word)]
    ['durmieras', 'tranquilamente']
    """
    alone = _PRONOUNS.sub("", word)
    return any(each in _FIXED or _is_form(each) for each in (word, alone)) or _is_name(word)


def _is_name(word: str) -> bool:
    return any(form in _NAMES for form in _singulars(word.removesuffix("mente")))


def _singulars(word: str) -> Iterator[str]:
    for form in (word, word.removesuffix("s"), word.removesuffix("es")):
        yield form
        if form.endswith("a"):
            yield from (f"{form[:-1]}o", form[:-1])
    if found := _SMALL.search(word):
        yield from (word[: found.start()] + end for end in ("o", "a", ""))
    if word.endswith("ces"):
        yield f"{word[:-3]}z"


def _is_form(word: str) -> bool:
    cuts = range(2, min(_LONGEST_ENDING, len(word) - 1) + 1)
    endings = (word[-1:], *(word[-cut:] for cut in cuts))
    return any(ending in _STEMS.get(word[: -len(ending)], ()) for ending in endings)
