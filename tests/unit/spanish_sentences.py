"""Spanish sentences that may be said of a week, in many ways.

Each line has what the sentence cites before the colon, in the short names of `CITED`.
"""

from __future__ import annotations

CITED = {
    "sleep": "total_sleep_time",
    "bed": "sleep_efficiency",
    "awake": "wake_after_sleep_onset",
    "middle": "sleep_midpoint",
    "onset": "sleep_onset_variability",
    "rhythm": "circadian_rhythm_strength",
    "steps": "daily_steps",
    "brisk": "moderate_minutes",
    "heart": "resting_heart_rate",
    "days": "valid_days",
    "weeks": "weeks_counted",
}

# An ordinary week, without anything earlier.
WEEK = """
sleep: Dormiste 6 h 50 min por noche.
sleep: Dormiste unas 7 horas cada noche.
sleep: Dormiste más o menos 7 horas de media.
sleep: Dormiste casi siete horas por noche.
sleep: En promedio, dormiste 6 horas y 50 minutos por noche.
sleep: De media has dormido seis horas y cincuenta minutos.
sleep: Tu promedio de sueño fue de 6 h 50 min.
sleep: Dormiste 410 minutos de media al día.
sleep: Dormiste 6,8 horas por noche.
sleep: Dormiste 6.8 horas por noche.
sleep: Dormiste menos de 7 horas por noche.
sleep: El sueño de esta semana: 6 h y 50 min de media.
sleep: Tus noches duraron alrededor de siete horas.
sleep: Siete horas menos diez minutos: eso dormiste cada noche.
sleep: Has dormido cerca de 7 h por noche.
sleep: Tu tiempo de sueño rondó las siete horas.
sleep: Cada noche dormiste aproximadamente 6 h 50 min.
bed: El 84 % de tu tiempo en la cama fue sueño.
bed: Un 84% del tiempo que pasaste en la cama estuviste durmiendo.
bed: Ochenta y cuatro por ciento de tu tiempo en cama fue de sueño.
bed: Del tiempo en la cama, dormiste el ochenta y cuatro por ciento.
bed: Más del 80 % de tu tiempo en la cama fue sueño.
awake: Los ratos en vela sumaron 38 min por noche.
awake: Después de dormirte, estuviste 38 minutos en vela.
awake: Tras conciliar el sueño, pasaste unos 38 minutos sin dormir.
awake: Entre que te dormiste y te levantaste, hubo 38 min en vela.
awake: Los despertares de la noche sumaron treinta y ocho minutos.
steps: Diste 9850 pasos al día.
steps: Diste 9.850 pasos al día de media.
steps: Caminaste 9,850 pasos diarios en promedio.
steps: Caminaste 9 850 pasos al día.
steps: Diste unos 9800 pasos diarios.
steps: Cerca de 10 000 pasos al día: esa fue tu media.
steps: Casi diez mil pasos diarios.
steps: Caminaste nueve mil ochocientos cincuenta pasos por día.
steps: Tus pasos: 9.850 pasos al día.
steps: Con 9850 pasos diarios, así te moviste esta semana.
steps: Diste menos de 10.000 pasos al día.
heart: Tu ritmo cardíaco en reposo fue de 58 latidos por minuto.
heart: Tu pulso en reposo: 58 pulsaciones por minuto.
heart: En reposo, tu corazón late 58 veces por minuto.
heart: Tu frecuencia cardiaca en reposo fue de cincuenta y ocho latidos.
heart: Tu corazón latió a unas 58 ppm en reposo.
heart: En reposo, el pulso se quedó en 58 lpm.
days: Hubo datos suficientes en 6 de 7 días.
days: Llevaste el reloj seis de los siete días.
days: Esta semana cuenta con datos de 6 de los 7 días.
days: Seis de siete días tienen datos que cuentan.
coverage: Hay datos del 91 % del tiempo.
coverage: El reloj registró datos el 91 por ciento del tiempo.
coverage: Tenemos datos de un 91 % de la semana.
rhythm: La fuerza de tu ritmo diario fue de 0,62.
rhythm: Tu ritmo diario tuvo una fuerza de 0.62.
rhythm: Cuanto más alto el 0,62 de tu ritmo, más fuerza tiene.
sleep sleep.reference: Tu sueño queda por debajo de las 7 h o más recomendadas para adultos.
sleep sleep.reference: Tu sueño no llega a las 7 h o más que se recomiendan para adultos.
sleep sleep.reference: Dormiste menos de las 7 horas recomendadas para adultos.
onset: No hay datos suficientes para saber cuánto varió tu hora de dormir.
onset: No se sabe cuánto cambió de un día a otro tu hora de dormirte.
onset: Todavía no podemos decir si te duermes a horas parecidas.
onset: Faltan datos para saber si tu hora de dormir fue regular.
onset: Aún se desconoce si tus horarios de sueño fueron regulares.
onset: Hacen falta más noches para saber si te duermes a horas parecidas.
sleep bed: Dormiste 6 h 50 min por noche y el 84 % del tiempo en la cama fue sueño.
steps sleep: Diste 9850 pasos al día y dormiste 6 h 50 min.
days sleep: En seis de siete días con datos, dormiste unas siete horas.
steps: Así fueron tus pasos esta semana.
sleep: Según los datos, dormiste unas siete horas por noche.
bed: De cada noche en la cama, el 84 % del tiempo fue sueño.
steps: Sumaste 9850 pasos diarios en promedio.
steps: Tu reloj contó 9850 pasos por día.
steps: Anduviste unos 9900 pasos al día.
heart: Mientras descansabas, tu corazón latía a 58 latidos por minuto.
awake: Entre que te dormiste y te levantaste, pasaste 38 minutos en vela.
sleep sleep.reference: Para adultos se recomiendan 7 h o más; tú dormiste 6 h 50 min.
bed bed.reference: El 84 % queda por debajo del 85 % o más recomendado para tu sueño en la cama.
days coverage: Hay datos de 6 de 7 días y del 91 % del tiempo.
window: Este resumen va del 8 al 14 de junio de 2026.
window: Tu semana del 8 al 14 de junio, en pocas palabras.
window days: Del 8 al 14 de junio hubo datos suficientes en 6 de 7 días.
sleep: Esta semana dormiste un promedio de 6 h 50 min cada noche.
sleep: Tu descanso nocturno fue de unas 6 h 50 min de media.
sleep: Las noches te dieron 6 h 50 min de sueño.
sleep: Has dormido 6 horas y 50 minutos de media cada día.
sleep: El promedio de sueño quedó en 6 h 50 min.
sleep: Dormiste un poco menos de 7 horas por noche.
sleep: Tu reloj registró 6 h 50 min de sueño por noche.
sleep sleep.reference: Tus 6 h 50 min de sueño están ligeramente por debajo de las 7 h recomendadas.
sleep sleep.reference: Dormiste menos de lo recomendado para adultos.
sleep.reference: Para las personas adultas se recomienda dormir 7 h o más.
bed: La eficiencia de tu sueño fue del 84 %.
bed: Tu eficiencia del sueño llegó al 84 %.
bed: Aproximadamente el 84 % del tiempo en cama lo pasaste durmiendo.
awake: Durante la noche estuviste en vela unos 38 minutos en promedio.
awake: Tus despertares nocturnos sumaron 38 min por noche.
awake: Pasaste unos 40 minutos en vela cada noche.
sleep awake: Dormiste 6 h 50 min por noche y pasaste 38 min en vela.
awake awake.reference: Los 38 min en vela superan los 20 min o menos recomendados.
awake awake.reference: Pasaste 38 min en vela, más que los 20 min recomendados.
rhythm: Tu ritmo diario tuvo una fuerza de 0,62; los valores más altos indican un patrón más claro.
steps: De media, diste 9850 pasos cada día.
steps: Tu promedio diario fue de 9850 pasos.
steps: Rondaste los 10 000 pasos al día.
steps: Caminaste algo menos de 10 000 pasos diarios.
steps: Tus pasos diarios: 9850 de media.
heart: Tu frecuencia cardíaca en reposo se situó en 58 latidos por minuto.
heart: El pulso en reposo fue de 58 lpm en promedio.
heart: En reposo, tu corazón latió 58 veces por minuto.
steps heart: Diste 9850 pasos al día y tu pulso en reposo fue de 58 latidos por minuto.
days: Seis de los siete días tuvieron datos suficientes.
days: Tenemos datos de 6 de los 7 días.
days: Llevaste tu dispositivo lo suficiente en 6 de 7 días.
days: Tu semana tiene datos en seis de siete días.
coverage: Tu dispositivo recogió datos el 91 % del tiempo.
coverage: Los datos cubren el 91 % de la semana.
window: Aquí está tu resumen de la semana del 8 al 14 de junio de 2026.
window sleep: Del 8 al 14 de junio dormiste 6 h 50 min por noche.
onset: Aún no hay datos suficientes para saber cómo varía tu hora de dormir.
onset: Con tan pocas noches no es posible decir si tu hora de dormir es regular.
onset: Harían falta más noches para saber cuánto varía tu hora de dormirte.
onset: Todavía no sabemos cuánto varía la hora a la que te duermes.
onset steps: Diste 9850 pasos al día; de tu hora de dormir no hay datos suficientes.
days: Los datos son suficientes en 6 de 7 días.
coverage: La semana quedó bien registrada, con el 91 % del tiempo.
rhythm: La fuerza de tu ritmo fue de 0,62; este valor indica cuánto se distinguen las horas activas.
"""

# The week beside four others: more sleep, later, fewer steps, a faster pulse, the rest as ever.
CHANGED = """
sleep.change: Dormiste 34 min más que de costumbre.
sleep.change: Dormiste más que de costumbre.
sleep sleep.change: Dormiste 6 h 50 min por noche, 34 min más que de costumbre.
sleep sleep.change: Con 6 h 50 min por noche, dormiste más de lo habitual.
sleep sleep.usual: Dormiste 6 h 50 min; lo habitual en ti son 6 h 16 min.
sleep sleep.usual sleep.change: Pasaste de dormir 6 h 16 min a dormir 6 h 50 min por noche.
sleep.change: Esta semana ganaste 34 minutos de sueño al día.
sleep.change: Tu sueño se alargó 34 minutos por noche.
sleep.change: Tu sueño aumentó en 34 minutos.
sleep.change: Tus noches de sueño fueron 34 minutos más largas que de costumbre.
sleep.usual: Lo habitual en ti es dormir 6 h 16 min.
sleep.usual: Sueles dormir unas 6 h 16 min por noche.
sleep.usual: En las semanas anteriores dormiste 6 h 16 min por noche.
sleep sleep.usual: Dormiste 6 h 50 min en lugar de las 6 h 16 min habituales.
sleep.change: Fue una semana con más sueño que de costumbre.
steps.change: Diste 1350 pasos menos al día que de costumbre.
steps.change: Caminaste menos que en las semanas anteriores.
steps steps.change: Diste 9850 pasos al día, 1350 menos que de costumbre.
steps steps.usual: Diste 9850 pasos al día frente a los 11 200 habituales.
steps steps.usual: Tus pasos bajaron de 11 200 a 9850 pasos al día.
steps.change: Tus pasos bajaron en 1350 al día.
steps.change: Tus pasos disminuyeron respecto a lo habitual.
steps.change: Hubo 1350 pasos menos al día que en tus semanas anteriores.
steps.usual: Antes dabas 11 200 pasos al día.
steps.change: Tus pasos quedaron por debajo de lo habitual.
heart heart.change: Tu pulso en reposo fue de 58 latidos por minuto, 3 latidos más que de costumbre.
heart.change: Tu pulso en reposo subió 3 latidos por minuto.
heart.change: Tu pulso en reposo fue algo más alto que de costumbre.
heart heart.usual: En reposo, tu pulso fue de 58 latidos frente a los 55 latidos habituales.
middle.change: Tu sueño llegó 35 min más tarde que de costumbre.
middle middle.change: El punto medio de tu sueño fue a las 03:40, 35 min más tarde que antes.
middle: El punto medio de tu sueño fue a las tres y cuarenta.
onset onset.usual: La hora a la que te dormiste varió unos 52 min en lugar de 34 min.
onset.change: Tu hora de dormirte varió más que de costumbre.
onset.change: Te dormiste a horas menos regulares que de costumbre.
onset: Tu hora de dormirte varió unos 52 minutos de un día a otro.
bed.change: De tu tiempo en la cama, fue sueño la misma parte que de costumbre: igual que siempre.
bed.change: La parte de tu tiempo en la cama que fue sueño siguió como de costumbre.
bed.change: La parte de sueño en la cama apenas cambió.
brisk brisk.change: Caminaste rápido 34 min al día, 6 min menos que de costumbre.
brisk brisk.reference: Con 34 min al día a paso rápido, cumples los 21 min o más recomendados.
sleep.change steps.change: Dormiste más y caminaste menos que de costumbre.
sleep.change steps.change: Hubo más sueño que de costumbre, pero menos pasos.
sleep sleep.change: Tu sueño fue de 6 h 50 min por noche, es decir, 34 min más de lo habitual.
sleep sleep.usual sleep.change: Dormiste 6 h 50 min, 34 min más que tus 6 h 16 min habituales.
sleep.change: Comparado con las semanas anteriores, dormiste 34 minutos más por noche.
sleep.change: En comparación con tus semanas anteriores, tu sueño se alargó.
sleep.change: Esta semana has dormido más de lo que sueles.
sleep.change: Esta semana hubo 34 min más de sueño por noche que de costumbre.
sleep sleep.usual: Tu sueño pasó de 6 h 16 min a 6 h 50 min por noche.
sleep sleep.usual: Normalmente duermes 6 h 16 min; esta semana fueron 6 h 50 min.
sleep sleep.usual: Tus 6 h 50 min de sueño superan tus 6 h 16 min habituales.
sleep sleep.usual: En semanas anteriores dormías 6 h 16 min por noche, y esta semana 6 h 50 min.
sleep.usual: Por lo general duermes unas 6 h 16 min por noche.
steps steps.change: Caminaste 9850 pasos al día, 1350 pasos menos de lo habitual.
steps.change: Esta semana caminaste menos de lo que acostumbras.
steps.change: Tus pasos diarios se redujeron en unos 1350.
steps steps.usual steps.change: Tus pasos bajaron de 11 200 a 9850 al día, 1350 menos.
steps.change: Te moviste menos que de costumbre: 1350 pasos menos al día.
heart heart.usual: Tu pulso en reposo subió de 55 a 58 latidos por minuto.
heart.change: Tu pulso en reposo aumentó ligeramente respecto a lo habitual.
heart.change: En reposo, tu corazón latió 3 latidos por minuto más rápido que de costumbre.
middle.change: Tus horas de sueño se retrasaron 35 min.
middle middle.usual: El punto medio de tu sueño pasó de las 03:05 a las 03:40.
middle.change: Dormiste más tarde que en las semanas anteriores.
onset onset.change: La hora de dormirte varió 52 min, 18 min más que de costumbre.
onset.change: Tus horarios de sueño fueron menos regulares que en semanas anteriores.
bed.change: La eficiencia de tu sueño se mantuvo dentro de lo habitual.
bed bed.change: Tu eficiencia del sueño fue del 84 %, prácticamente igual que siempre.
bed.change: Tu eficiencia del sueño apenas cambió.
brisk: Pasaste 34 minutos al día caminando a paso rápido.
brisk brisk.reference: Tus 34 min diarios de actividad moderada superan los 21 min recomendados.
brisk brisk.reference: Alcanzaste los 21 min o más al día recomendados, con 34 min a paso rápido.
brisk.change: Caminaste a paso rápido 6 minutos menos al día que de costumbre.
sleep.change steps.change: Tu sueño aumentó, mientras que tus pasos bajaron.
sleep.change steps.change: Dormiste más que de costumbre, aunque caminaste menos.
steps.change heart.change: Diste menos pasos y tu pulso en reposo fue más alto que de costumbre.
onset: Tu hora de dormirte cambió bastante de un día a otro: unos 52 min.
middle.change: Duermes más tarde que antes.
sleep sleep.usual: Dormiste 6 h 50 min, por encima de las 6 h 16 min que sueles dormir.
"""

# Four weeks together, with a slow rise of sleep and one step in the steps.
MONTH = """
weeks: Hay datos suficientes de 4 de 4 semanas.
sleep.average: En estas semanas dormiste 6 h 42 min por noche de media.
sleep.average: A lo largo de estas cuatro semanas, tu promedio de sueño fue de 6 h 42 min.
sleep sleep.average: Dormiste 6 h 50 min por noche; en el conjunto del mes, 6 h 42 min.
sleep.trend: Tu sueño fue a más: unos 4 min más cada semana.
sleep.trend: Semana a semana, tu sueño aumentó alrededor de 4 min.
sleep.trend: Tu sueño creció unos 4 minutos por semana durante 8 semanas.
sleep.trend: Hay una tendencia en tu sueño: alrededor de 4 min más cada semana.
steps.average: Durante estas semanas diste 9810 pasos al día de media.
steps.shift: Tus pasos pasaron de 12 000 pasos al día a 9810, desde la semana del 18 de mayo.
steps.shift: Desde la semana del 18 de mayo caminas menos: de 12 000 a 9810 pasos al día.
steps.shift: En la semana del 18 de mayo, tus pasos bajaron.
steps.shift: Hubo un cambio en tus pasos a partir de la semana del 18 de mayo.
heart.change: Tu pulso en reposo siguió como de costumbre.
heart.average: En estas semanas, tu pulso en reposo fue de 58 latidos por minuto en promedio.
sleep.average: Durante el último mes dormiste un promedio de 6 h 42 min por noche.
sleep.average sleep: Tu media del mes fue de 6 h 42 min de sueño; en la última semana, 6 h 50 min.
sleep.trend: Poco a poco duermes más: unos 4 min más cada semana.
sleep.trend: Tu sueño muestra una tendencia al alza.
steps.shift: A partir de la semana del 18 de mayo diste menos pasos: 9810 en lugar de 12 000 al día.
steps.shift: Tu promedio de pasos cambió en la semana del 18 de mayo.
steps.average: En el último mes caminaste 9810 pasos diarios de media.
heart heart.change: Tu pulso en reposo, de 58 latidos por minuto, está dentro de lo habitual en ti.
heart.change: No hubo cambios en tu pulso en reposo.
heart.change: Tu pulso en reposo se ha mantenido estable.
weeks: Este resumen se basa en 4 de 4 semanas con datos.
heart heart.change: Tu pulso en reposo, de 58 latidos por minuto, tampoco varió.
steps.shift: Tus pasos cambiaron de 12 000 a 9810 al día en la semana del 18 de mayo.
"""

# Somebody's phone, which sees steps and no sleep; and sleep that is estimated.
UNTOLD = """
sleep: Tu dispositivo no registra cuánto duermes.
sleep: Tu teléfono no mide el sueño, así que no se sabe cuánto dormiste.
sleep: Nada de lo registrado dice cuánto dormiste.
heart: Tu dispositivo no mide el pulso en reposo.
sleep: Tu dispositivo no puede medir el sueño, así que no sabemos cuánto dormiste.
heart: El pulso en reposo no se conoce, ya que tu dispositivo no lo mide.
sleep: Tampoco sabemos cuánto tiempo dormiste.
"""
ESTIMATED = """
sleep: Tu sueño está estimado a partir del movimiento y del pulso.
sleep: El dispositivo no registró el sueño, por lo que se estima a partir del movimiento.
sleep: Es una estimación: dormiste 6 h 50 min por noche.
sleep: Tu dispositivo no registró el sueño, así que estas 6 h 50 min son una estimación.
sleep: Dormiste unas 6 h 50 min estimadas por noche.
sleep: Tu sueño se calcula a partir del movimiento y del pulso.
"""

# What one might try.
ADVICE = """
sleep: Si quieres dormir más, prueba a acostarte un poco antes.
sleep: Un rato más en la cama puede ser un buen comienzo.
sleep: Intenta apagar las pantallas un rato antes de dormir.
sleep: Apagar el móvil un rato antes de acostarte puede ayudarte a dormir.
sleep: ¿Te apetece probar una rutina tranquila antes de dormir?
onset: Acostarte a una hora parecida, también el fin de semana, puede ayudar a tu sueño.
onset: Prueba a poner una alarma para recordarte la hora de acostarte.
awake: Un dormitorio oscuro, fresco y silencioso ayuda a dormir.
steps: Un paseo corto después del trabajo es una forma sencilla de dar más pasos.
steps: Subir por las escaleras también suma pasos.
steps: Si te gusta, queda con alguien para dar un paseo.
steps: Podrías bajar una parada antes y caminar el resto.
coverage: Si llevas el reloj también por la noche, el próximo resumen dirá más.
coverage: Carga el reloj mientras te duchas para tener más datos.
rhythm: Empezar el día con luz natural puede dar fuerza a tu ritmo diario.
sleep: Leer un rato con una luz suave es una buena manera de preparar el sueño.
days: Sigue llevando tu dispositivo y podremos comparar más semanas.
sleep: Si te gustaría dormir más, intenta acostarte unos minutos antes.
sleep: Bajar las luces al final del día puede ayudarte a conciliar el sueño.
sleep: Date un poco más de tiempo para dormir cuando tus días lo permitan.
sleep: Deja el teléfono fuera del dormitorio por la noche.
sleep: Una rutina relajante antes de acostarte puede ser agradable.
onset: Elige una hora para acostarte y mantenla unos días.
onset: Intenta levantarte a la misma hora todos los días, también el domingo.
awake: Si te despiertas por la noche, mantén las luces bajas.
awake: Mantener la habitación fresca y oscura puede ayudar a dormir mejor.
steps: Un paseo de vez en cuando, a la luz del día, es una buena forma de moverte.
steps: Aprovecha un rato libre para caminar al aire libre.
steps: Bájate del autobús una parada antes y camina un poco.
coverage: Intenta llevar tu dispositivo también por la noche para tener más datos.
coverage: Elige un momento fijo del día para cargar el reloj.
days: Sigue llevando tu reloj y podremos comparar las próximas semanas con esta.
rhythm: Salir a la luz por la mañana puede dar más regularidad a tu ritmo.
steps: Da una vuelta a la manzana a buen ritmo.
steps: Camina un tramito más deprisa.
"""
