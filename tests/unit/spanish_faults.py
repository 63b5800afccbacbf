"""Spanish sentences with a wrong number, direction or subject, by the problem they have.

Lines as in tests.unit.spanish_sentences, each with its week first.
"""

from __future__ import annotations

KINDS = ("NUMBER", "DIRECTION", "SUBJECT", "CITATION")

NUMBER = """
WEEK sleep: Dormiste 7 h 50 min por noche.
WEEK sleep: Dormiste 6 h 5 min por noche.
WEEK sleep: Dormiste unas 6 horas por noche.
WEEK sleep: Dormiste ocho horas por noche.
CHANGED sleep onset: Cada día dormiste más o menos 52 minutos de media.
CHANGED sleep onset: Cada día dormiste 0,9 horas de media.
WEEK sleep: Dormiste siete horas y media cada noche.
WEEK sleep: Dormiste siete horas y cuarto cada noche.
WEEK sleep: Dormiste siete horas menos veinte minutos.
WEEK sleep: Dormiste 6,3 horas por noche.
WEEK sleep: Dormiste 6.3 horas por noche.
WEEK sleep: Dormiste 401 minutos al día.
WEEK sleep: Dormiste cuatrocientos un minutos al día.
WEEK sleep: Dormiste seis horas y cinco minutos.
WEEK sleep: Te faltaron 10 minutos de sueño para las siete horas.
WEEK sleep: Dormiste 6 h 50 min, con 20 min de margen.
WEEK sleep: Intenta dormir 8 horas.
WEEK sleep: Dormiste media hora por noche.
WEEK sleep: Dormiste un cuarto de hora por noche.
WEEK sleep: Dormiste tres cuartos de hora por noche.
WEEK sleep: Dormiste una hora por noche.
WEEK bed: El 48 % de tu tiempo en la cama fue sueño.
WEEK bed: El ochenta y seis por ciento del tiempo en la cama fue sueño.
WEEK bed: El noventa y cuatro por ciento del tiempo en la cama fue sueño.
WEEK bed: Un 8,4 % de tu tiempo en la cama fue sueño.
WEEK awake: Los ratos en vela sumaron 83 min.
WEEK awake: Los ratos en vela sumaron veintiocho minutos.
WEEK steps: Diste 10 900 pasos al día.
WEEK steps: Diste unos 10.900 pasos al día.
WEEK steps: Diste 985 pasos al día.
WEEK steps: Diste 98 500 pasos al día.
WEEK steps: Diste 9,85 pasos al día.
WEEK steps: Caminaste nueve mil quinientos ochenta pasos al día.
WEEK steps: Caminaste cinco mil pasos diarios.
WEEK steps: Caminaste mil pasos diarios.
WEEK steps: Diste 9850 pasos y subiste 12 pisos.
WEEK steps: Diste 9850 pasos, un 3 % de lo posible.
WEEK heart: Tu pulso en reposo fue de 85 latidos por minuto.
WEEK heart: Tu pulso en reposo fue de sesenta y ocho latidos.
WEEK heart: Tu corazón en reposo late 5,8 veces por minuto.
WEEK days: Llevaste el reloj 5 de 7 días.
WEEK days: Llevaste el reloj 7 de 7 días.
WEEK days: Llevaste el reloj 6 de 6 días.
WEEK days: Llevaste el reloj cinco de los siete días.
WEEK days: Llevaste el reloj los siete días.
WEEK coverage: Hay datos del 19 % del tiempo.
WEEK coverage: Hay datos del cien por cien del tiempo.
WEEK rhythm: La fuerza de tu ritmo diario fue de 0,26.
WEEK rhythm: La fuerza de tu ritmo diario fue de 62.
WEEK sleep: Dormiste ٨ horas por noche.
WEEK bed: Dormiste 84 min en la cama.
WEEK sleep: Dormiste 410 horas.
WEEK awake: Dormiste el 38 % de la noche en vela.
WEEK awake: Los ratos en vela sumaron 38 horas.
WEEK awake: Los ratos en vela sumaron 38 segundos.
WEEK steps: Caminaste 9850 km.
WEEK steps: Caminaste 9850 metros y muchos pasos.
WEEK days: Llevaste el reloj seis de siete noches.
WEEK days: Llevaste el reloj seis semanas.
WEEK coverage: Hay datos de 91 días.
WEEK heart: Tu pulso en reposo fue del 58 %.
WEEK rhythm: La fuerza de tu ritmo diario fue del 62 %.
WEEK bed: Dormiste la mitad de la noche.
WEEK steps: Caminaste el doble, con 9850 pasos.
WEEK bed: Un tercio de la noche fue sueño.
WEEK bed: Dos tercios del tiempo en la cama fueron sueño.
WEEK steps: Diste miles de pasos al día.
WEEK sleep: Dormiste un par de horas.
WEEK days: Llevaste el reloj media docena de días.
WEEK bed: Tres cuartas partes de la noche dormiste.
WEEK steps: Uno de cada tres pasos lo diste despacio.
WEEK steps: Te moviste el triple: 9850 pasos.
WEEK sleep: Te dormiste a las 23:40.
WEEK sleep: Te dormiste a las once y media.
WEEK sleep: Te dormiste a las 11 de la noche.
WEEK sleep: Te dormiste a las doce menos cuarto.
WEEK sleep: Dormiste al menos 7 horas por noche.
WEEK sleep: Superaste las 7 horas de sueño.
WEEK steps: Diste más de 10.000 pasos al día.
WEEK steps: Diste más de diez mil pasos al día.
WEEK steps: El domingo diste 9850 pasos.
WEEK awake: Dormiste 38 min al día.
WEEK F99: Dormiste 6 h 50 min.
WEEK : Dormiste 6 h 50 min por noche.
WEEK sleep: Diste muchos pasos después de dormir.
WEEK sleep: Estuviste en vela 6 h 50 min por noche.
WEEK awake: Dormiste 38 min por noche.
WEEK sleep: Dormiste unas cuantas horas por noche.
WEEK sleep: Dormiste varias horas por noche.
WEEK sleep: Dormiste 6,85e0 horas por noche.
WEEK sleep: Dormiste un tercio del día.
WEEK sleep: Dormiste media noche.
WEEK sleep: Durante una quincena dormiste 6 h 50 min por noche.
WEEK sleep: Dormiste 6 h 50 min en total en toda la semana.
WEEK sleep: Dormiste 6 h 50 min por semana.
WEEK sleep: Dormiste 6 h 50 min por noche, es decir, 48 horas por semana.
WEEK sleep: Dormiste entre cinco y seis horas por noche.
WEEK sleep: Dormiste de cinco a seis horas por noche.
WEEK sleep: Dormiste 6 h 50 min, con un margen de 20 min.
WEEK sleep: Te dormiste a las once y cuarto y dormiste 6 h 50 min.
WEEK sleep: Dormiste 6 h 50 min desde las 11 de la noche.
WEEK sleep: Dormiste 6 h 50 min, de 23:10 a 06:00.
WEEK sleep: Dormiste 6 h 50 min cinco noches.
WEEK sleep: Dormiste 6 h 50 min una noche.
WEEK sleep sleep.reference: Dormiste 10 min menos de lo recomendado.
WEEK sleep awake: Dormiste 38 min y pasaste 6 h 50 min en vela.
WEEK sleep awake: Pasaste 6 h 50 min en vela y dormiste 38 min.
WEEK bed: Nueve de cada diez minutos en la cama fueron sueño.
WEEK bed: Cerca del 90 % de tu tiempo en la cama fue sueño.
WEEK rhythm: La fuerza de tu ritmo diario fue de 6,2.
WEEK rhythm: La fuerza de tu ritmo diario fue de 0,58.
WEEK days: Llevaste el reloj seis noches.
WEEK days: Llevaste el reloj todos los días.
WEEK days: Llevaste el reloj un día.
WEEK days: Llevaste el reloj la semana entera, los siete días.
WEEK steps: Diste 9850 pasos por hora.
WEEK steps: Diste 9850 pasos por semana.
WEEK steps: Diste 9850 pasos en total.
WEEK steps: Diste 12 mil pasos al día.
WEEK steps: Diste doce mil pasos diarios.
WEEK steps: Caminaste 7 km al día, o 9850 pasos.
WEEK steps: Intenta llegar a los 10 500 pasos al día.
ADVICE steps: Intenta llegar a los 10 500 pasos al día.
ADVICE steps: Prueba un paseo de 20 minutos después del trabajo.
WEEK heart: Tu pulso en reposo fue de 58 latidos por hora.
CHANGED sleep sleep.usual: Dormiste 6 h 16 min, frente a las 6 h 50 min habituales.
CHANGED sleep sleep.change: Dormiste 34 min por noche, 6 h 50 min más que de costumbre.
CHANGED sleep sleep.change: Dormiste 6 h 50 min más que de costumbre.
CHANGED sleep.change: Dormiste 34 min por noche.
CHANGED sleep.change: Dormiste 44 min más que de costumbre.
CHANGED sleep.change: Dormiste un 10 % más que de costumbre.
CHANGED sleep.change: Dormiste media hora más que de costumbre.
CHANGED sleep.change: Dormiste una hora más que de costumbre.
CHANGED sleep.usual: Esta semana dormiste 6 h 16 min por noche.
CHANGED sleep sleep.usual: Lo habitual en ti son 6 h 50 min; esta semana dormiste 6 h 16 min.
CHANGED sleep sleep.usual: Tu sueño pasó de 6 h 50 min a 6 h 16 min.
CHANGED middle.change: El punto medio de tu sueño fue a las 00:35.
CHANGED middle: El punto medio de tu sueño fue a las cuatro y cuarenta.
CHANGED middle: El punto medio de tu sueño fue a las 3:40 de la tarde.
CHANGED steps steps.usual: Diste 11 200 pasos al día, frente a los 9850 habituales.
CHANGED steps steps.change: Diste 1350 pasos al día, 9850 menos que de costumbre.
CHANGED steps.usual steps: Tus pasos subieron de 9850 a 11 200 pasos al día.
MONTH sleep.average: En tu última semana dormiste 6 h 42 min por noche.
MONTH sleep: En estas semanas dormiste 6 h 50 min por noche de media.
MONTH sleep.trend: Dormiste 4 min más que de costumbre.
MONTH sleep.trend: Tu sueño aumentó 4 min cada día.
MONTH sleep.trend: Tu sueño aumentó unas 4 horas cada semana.
MONTH sleep.trend: Durante 30 semanas, tu sueño fue a más.
MONTH steps.shift: Tus pasos bajaron de 12 000 a 8810 pasos al día en la semana del 18 de mayo.
MONTH weeks: Hay datos suficientes de 3 de 4 semanas.
MONTH weeks: Hay datos suficientes de tres de las cuatro semanas.
WEEK sleep: Dormiste menos de seis horas por noche.
WEEK sleep: Dormiste más de 3 horas por noche.
WEEK sleep: Dormiste más que la mayoría de la gente.
WEEK sleep: Tu sueño llegó a su máximo a mitad de semana.
WEEK steps: Tus pasos se duplicaron.
CHANGED sleep.change: Dormiste 34 min más tarde que de costumbre.
WEEK sleep: Dormiste 6 h 50 min (F4).
WEEK sleep: D0rm1ste 6 h 50 min.
WEEK sleep: Dormiste 6 h 50 min por noche, con muchos despertares.
WEEK awake: Te despertaste tres veces por noche.
WEEK sleep: Tu sueño se cortó varias veces.
WEEK sleep: Dormiste 6 h 50 min por noche, una hora menos que tu pareja.
WEEK sleep: Dormiste 6 h 50 min por noche en siete noches.
WEEK steps: Caminaste lo mismo todos los días.
WEEK steps: Diste 9850 pasos al día, la mayoría por la mañana.
WEEK days: Un día no tuvo datos, el domingo.
WEEK days: Se te olvidó el reloj un día.
CHANGED sleep.change: Recuperaste 34 min de sueño.
ADVICE sleep: Despiértate a las 5 para aprovechar el día.
ADVICE steps: Camina 10 000 pasos cada día.
ADVICE steps: Da el doble de pasos.
WEEK bed: El 16 % de tu tiempo en la cama no fue sueño.
WEEK awake: Te despertaste a las tres y pasaste 38 min en vela.
WEEK steps: Hay días en los que casi no te mueves.
WEEK days: Solo un día te faltó el reloj.
CHANGED sleep.change: Dormiste 34 min más; el próximo paso es una hora.
CHANGED steps.change: Tus pasos bajaron a la mitad.
MONTH sleep.trend: Tu sueño crece y pronto llegará a las 8 horas.
WEEK heart: El pulso no pasó de 58 latidos por minuto.
WEEK awake: Te despertaste una sola vez cada noche.
WEEK days: Solo un día tuvo datos suficientes.
WEEK days: Un día tuvo datos suficientes.
WEEK steps: Te mueves sin pausas durante horas.
CHANGED sleep_onset_latency: Tardas 12 min en levantarte.
"""
DIRECTION = """
WEEK sleep: Dormiste más de 7 horas por noche.
WEEK sleep: Dormiste 7 horas o más por noche.
WEEK sleep: Dormiste como mínimo siete horas.
WEEK sleep: Dormiste más de 6 h 50 min por noche.
WEEK sleep: Dormiste por encima de las 7 horas.
WEEK sleep: Dormiste no menos de siete horas.
WEEK sleep: Dormiste menos de 6 h 50 min por noche.
WEEK bed: Menos del 84 % del tiempo en la cama fue sueño.
WEEK heart: Tu pulso en reposo fue de menos de 58 latidos.
WEEK coverage: Hay datos de más del 91 % del tiempo.
WEEK sleep sleep.reference: Tu sueño supera las 7 h o más por noche que se recomiendan para adultos.
WEEK sleep sleep.reference: Tu sueño alcanza las 7 h o más por noche recomendadas para adultos.
WEEK sleep sleep.reference: Llegaste a las 7 h o más de sueño recomendadas para adultos.
WEEK sleep sleep.reference: Tu sueño está por encima de las 7 h o más recomendadas para adultos.
WEEK sleep sleep.reference: Cumples con las 7 h o más de sueño recomendadas para adultos.
WEEK sleep: Dormiste más que la semana pasada, 6 h 50 min.
WEEK sleep: Dormiste menos que de costumbre.
WEEK sleep: Dormiste más de lo habitual.
WEEK sleep: Tu sueño va en aumento.
WEEK sleep: Tu sueño ha ido a menos.
WEEK sleep: Tu sueño se alargó.
WEEK sleep: Tus noches son cada vez más cortas.
WEEK sleep: La noche más larga de sueño llegó el sábado.
WEEK steps: Tus pasos subieron.
WEEK steps: Tus pasos bajaron poco a poco.
WEEK steps: Tus pasos han aumentado.
WEEK steps: Tus pasos cayeron.
WEEK steps: Caminaste bastante menos que el mes pasado.
WEEK heart: Tu pulso en reposo ha descendido.
WEEK heart: Tu pulso en reposo está más alto que de costumbre.
WEEK heart: Tu pulso en reposo sigue igual que siempre.
WEEK sleep: Dormiste lo mismo que la semana anterior.
WEEK steps: Tu ritmo fue constante.
WEEK sleep.reference: Dormiste las 7 h o más recomendadas.
WEEK sleep.reference: Tu sueño es de 7 h o más, como se recomienda para adultos.
MONTH sleep.trend: Tu sueño bajó unos 4 min cada semana.
MONTH sleep.trend: Hay una tendencia a la baja en tu sueño.
MONTH sleep.trend: Tu sueño se mantuvo igual en estas semanas.
MONTH steps.shift: Tus pasos subieron de 9810 a 12 000 pasos al día en la semana del 18 de mayo.
MONTH steps.shift: Tus pasos pasaron de 9810 a 12 000 pasos al día en la semana del 18 de mayo.
MONTH steps.shift: Desde la semana del 18 de mayo caminas más.
MONTH heart.change: Tu pulso en reposo subió.
MONTH heart.change: Tu pulso en reposo fue más bajo que de costumbre.
MONTH sleep.change: Dormiste menos que de costumbre.
WEEK sleep: Dormiste no menos de 7 horas por noche.
WEEK sleep sleep.reference: Dormiste lo recomendado para adultos.
WEEK sleep sleep.reference: Dormiste más de lo recomendado para adultos.
WEEK sleep sleep.reference: Tu sueño está en línea con lo recomendado para adultos.
WEEK sleep sleep.reference: Tus 6 h 50 min superan las 7 h recomendadas.
WEEK sleep sleep.reference: Tu sueño entra en lo recomendado para adultos.
WEEK awake awake.reference: Pasaste en vela menos de los 20 min recomendados.
WEEK awake awake.reference: Tus 38 min en vela están dentro de los 20 min o menos recomendados.
WEEK bed bed.reference: La parte de sueño en la cama alcanza el 85 % o más recomendado.
CHANGED brisk brisk.reference: Tu caminar rápido no llegó a los 21 min recomendados.
CHANGED brisk brisk.reference: Tu tiempo a paso rápido quedó por debajo de los 21 min recomendados.
CHANGED sleep sleep.usual: Dormiste menos que las 6 h 16 min habituales.
WEEK sleep: Dormiste más esta semana.
WEEK sleep: Tu sueño bajó a 6 h 50 min.
WEEK sleep: Tu sueño va al alza.
WEEK sleep: Duermes más los fines de semana.
WEEK sleep: Tu sueño es estable comparado con antes.
WEEK steps: Te mueves más por la tarde.
WEEK steps: Tus pasos no paran de subir.
CHANGED sleep.change: Dormiste menos que de costumbre.
CHANGED sleep.change: Dormiste 34 min menos que de costumbre.
CHANGED sleep.change: Tu sueño cayó 34 min.
CHANGED sleep.change: Tu sueño fue igual que siempre.
CHANGED sleep.change: Tu sueño no cambió.
CHANGED sleep.change: Dormiste menos que la semana pasada.
CHANGED sleep sleep.change: Dormiste 6 h 50 min, 34 min menos de lo habitual.
CHANGED steps.change: Caminaste más que de costumbre.
CHANGED steps.change: Tus pasos aumentaron en 1350.
CHANGED steps.change: Tus pasos se mantuvieron estables.
CHANGED steps steps.usual: Diste 9850 pasos al día, más que los 11 200 habituales.
CHANGED sleep.change steps.change: Dormiste menos que de costumbre y caminaste más.
CHANGED sleep.change steps.change: Caminaste más que de costumbre, mientras tu sueño disminuyó.
CHANGED sleep.change bed.change: Como de costumbre: tu sueño y la parte de sueño en la cama.
CHANGED bed.change: Dormiste una parte menor de tu tiempo en la cama que de costumbre.
CHANGED bed.change: La parte de sueño en la cama bajó.
CHANGED middle.change: Tu sueño llegó 35 min antes que de costumbre.
CHANGED middle.change: El punto medio de tu sueño se adelantó.
CHANGED middle.change: Tu sueño llegó más temprano que de costumbre.
CHANGED onset.change: Te dormiste a horas más regulares que de costumbre.
CHANGED onset.change: Tu hora de dormirte varió menos que de costumbre.
CHANGED heart.change: Tu pulso en reposo bajó 3 latidos por minuto.
CHANGED heart.change: Tu pulso en reposo fue más lento que de costumbre.
ADVICE sleep: Como dormiste más que de costumbre, sigue con tu rutina de sueño.
WEEK steps: Caminaste más que otros adultos, con 9850 pasos al día.
WEEK sleep: Vives en la calle Mayor y dormiste 6 h 50 min.
WEEK sleep: Tu sueño fue más largo.
WEEK sleep: Dormiste un poco menos.
WEEK sleep: Cada vez duermes menos.
WEEK steps: Diste 9850 pasos al día, por encima de la media.
WEEK steps: Diste 9850 pasos al día, por encima de la media de tu edad.
WEEK sleep: Dormiste 6 h 50 min por noche y te levantaste con ganas.
WEEK sleep: Duermes menos de lo que crees.
WEEK sleep: Con 6 h 50 min rindes menos.
WEEK steps: Subiste muchas escaleras.
WEEK heart: Tu pulso en reposo baja mientras duermes.
WEEK heart: Tu pulso en reposo fue de 58 latidos por minuto, igual que el de un joven.
WEEK days: Llevaste el dispositivo 6 de 7 días, menos que otras personas.
WEEK coverage: Apenas hay datos de tu semana: el 91 %.
CHANGED sleep.change: Tu sueño sigue subiendo.
CHANGED sleep.change: Tu sueño no fue más largo que de costumbre.
CHANGED sleep.change: No dormiste más que de costumbre.
CHANGED steps.change: Tus pasos llevan semanas bajando.
CHANGED steps steps.change: Diste 9850 pasos al día, 1350 más que de costumbre.
CHANGED onset: Te dormiste a una hora regular.
MONTH sleep.trend: Tu sueño baja poco a poco.
MONTH steps.shift: Tus pasos suben desde la semana del 18 de mayo.
MONTH heart.change: Tu pulso en reposo va a menos.
MONTH sleep.average: En estas semanas dormiste más de 7 h por noche.
WEEK sleep: Dormiste 6 h 50 min y te quedaste con ganas de más.
WEEK sleep: Tu sueño fue el de siempre.
WEEK sleep: Dormiste como de costumbre, 6 h 50 min.
WEEK sleep: Dormiste 6 h 50 min, hora arriba, hora abajo.
WEEK heart: Tu pulso en reposo sube al dormir.
WEEK heart: Tu pulso en reposo fue constante.
WEEK rhythm: Eres más de noche que de día.
CHANGED sleep.change: Dormiste más que de costumbre, pero menos que el resto de la gente.
WEEK steps: Llevas semanas caminando menos.
CHANGED steps.change: Llevas semanas caminando menos.
CHANGED onset.change: Tu hora de dormir se adelantó 18 min.
CHANGED onset: Te acuestas cada noche a la misma hora.
"""
SUBJECT = """
WEEK sleep: Caminaste mucho.
WEEK sleep: Fue una semana agradable.
WEEK sleep: You slept 6 h 50 min a night.
WEEK sleep: Du hast 6 h 50 min pro Nacht geschlafen.
WEEK sleep: Tu as dormi 6 h 50 min par nuit.
WEEK sleep: Hai dormito 6 h 50 min per notte.
WEEK sleep: Você dormiu 6 h 50 min por noite.
WEEK sleep: Tu corazón late con calma mientras duermes.
WEEK steps: Pasaste mucho rato despierto.
WEEK heart: Te moviste muchísimo.
WEEK days: Dormiste 6 de 7 días.
WEEK coverage: Dormiste el 91 % del tiempo.
WEEK bed: Hay datos del 84 % del tiempo.
WEEK sleep: Tus vías se cierran mientras duermes.
WEEK sleep: Caminas dormido.
WEEK sleep: D o r m i s t e 6 h 50 min como un i n s o m n e.
WEEK sleep: Te despertaste a menudo.
WEEK sleep: Te costó dormirte.
WEEK sleep: Dormiste 6 h 50 min, y eso se nota durante el día.
WEEK sleep: Te cuesta conciliar el sueño.
WEEK steps: Eres una persona activa.
WEEK rhythm: Tu ritmo diario está al revés.
CHANGED sleep.change: Dormiste 34 min más, y eso es un gran paso.
WEEK sleep: Te fuiste a la cama pronto.
WEEK sleep: Te despiertas antes de la alarma.
WEEK steps: Pasas mucho tiempo en la silla.
WEEK rhythm: Tu ritmo diario de 0,62 es el de una persona madrugadora.
"""
CITATION = """

"""
