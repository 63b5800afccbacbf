# What a person reads, in Spanish, for Spain and Latin America alike. See en.ftl for what each
# argument is.
#
# "Tú", and no guess at the person's gender: "dormiste", not "descansado". Dates come with their
# "del". No article stands before a clock time, for it is "a la 1:20" and "a las 3:40".

## Quantities. $value and the like are numbers.

number = { $value }
minutes = { $minutes } min
hours = { $hours } h
hours-minutes = { $hours } h { $minutes } min
percent = { $value } %
steps-alone = { $value ->
        [one] { $value } paso
       *[other] { $value } pasos
    }
steps-a-day = { $value ->
        [one] { $value } paso al día
       *[other] { $value } pasos al día
    }
steps-a-minute = { $value ->
        [one] { $value } paso por minuto
       *[other] { $value } pasos por minuto
    }
beats-alone = { $value ->
        [one] { $value } latido
       *[other] { $value } latidos
    }
beats-a-minute = { $value ->
        [one] { $value } latido por minuto
       *[other] { $value } latidos por minuto
    }
points = { $value ->
        [one] { $value } punto porcentual
       *[other] { $value } puntos porcentuales
    }
## Dates and times. $hour and $minute have two digits; the months are names, days and years digits.

clock = { $hour }:{ $minute }
date = { $day } de { $month }
dates-one-day = del { $day } de { $month } de { $year }
dates-one-month = del { $first_day } al { $last_day } de { $last_month } de { $last_year }
dates-one-year = del { $first_day } de { $first_month } al { $last_day } de { $last_month } de { $last_year }
dates-two-years = del { $first_day } de { $first_month } de { $first_year } al { $last_day } de { $last_month } de { $last_year }

## What a fact is, in a list of facts.

label-valid-days = días con datos suficientes
label-coverage = parte del tiempo con datos
label-weeks-counted = semanas con datos suficientes
label-window = fechas de la semana más reciente
label-total-sleep-time = promedio de sueño al día
label-sleep-efficiency = parte del tiempo en la cama que fue sueño
label-wake-after-sleep-onset = tiempo en vela entre dormirse y levantarse
label-sleep-onset-latency = tiempo en la cama antes de dormirse
label-awakenings = despertares durante el sueño
label-sleep-onset-variability = variación de la hora de dormirse de un día a otro
label-sleep-midpoint = punto medio del sueño
label-social-jet-lag = diferencia de las horas de sueño entre los fines de semana y los demás días
label-sleep-regularity-index = regularidad del sueño de un día a otro
label-circadian-rhythm-strength = fuerza del ritmo diario de actividad
label-interdaily-stability = parecido del ritmo diario de un día a otro
label-intradaily-variability = fragmentación del ritmo diario de actividad
label-relative-amplitude = contraste entre las horas activas y las tranquilas del ritmo diario
label-rest-activity-ratio = proporción entre las horas tranquilas y las activas del ritmo diario
label-m10 = actividad en las horas más activas
label-l5 = actividad en las horas más tranquilas
label-daily-steps = promedio de pasos al día
label-moderate-minutes = tiempo de caminar a paso rápido o correr
label-activity-fragmentation = fragmentación de la actividad por pausas
label-resting-heart-rate = pulso en reposo

# $label is one of the above.
kind-reference = { $label }: lo recomendado para personas adultas
kind-reference-young = { $label }: lo recomendado a tu edad
kind-usual = { $label }: lo habitual en ti
kind-change = { $label }: la semana más reciente frente a lo habitual
kind-average = { $label }: promedio de las semanas
kind-trend = { $label }: cambio de una semana a otra
kind-shift = { $label }: dónde cambió

## What a fact's value is. Arguments are quantities that are written out, but for $count, $of and
## $weeks, which are numbers.

fact-too-little = no se sabe: hay muy pocos datos
fact-device-cannot-tell = no se sabe: nada de lo registrado lo dice
fact-days = { $count } de { $of ->
        [one] { $of } día
       *[other] { $of } días
    }
fact-days-alone = { $count ->
        [one] { $count } día
       *[other] { $count } días
    }
fact-weeks = { $count } de { $of ->
        [one] { $of } semana
       *[other] { $of } semanas
    }
fact-at-least = { $value } o más
fact-at-most = { $value } o menos
fact-between = { $low } a { $high }
# $direction: more, less, later, earlier or same; without $amount where it is same.
fact-change = { $direction ->
        [more] { $amount } más que de costumbre
        [less] { $amount } menos que de costumbre
        [later] { $amount } más tarde que de costumbre
        [earlier] { $amount } antes que de costumbre
       *[same] dentro de lo habitual en ti
    }
# The change from one week to the next, and over how many.
fact-trend = { $direction ->
        [later] alrededor de { $amount } más tarde cada semana, durante { $weeks } semanas
        [earlier] alrededor de { $amount } antes cada semana, durante { $weeks } semanas
        [less] alrededor de { $amount } menos cada semana, durante { $weeks } semanas
       *[more] alrededor de { $amount } más cada semana, durante { $weeks } semanas
    }
# $before and $after are levels; $day: a date, the first day of the first week at the new level.
fact-shift = de { $before } a { $after }, desde la semana del { $day }

## Names inside sentences: the subject of a sentence, singular.

subject-total-sleep-time = tu promedio de sueño
subject-sleep-efficiency = la parte de tu tiempo en la cama que fue sueño
subject-wake-after-sleep-onset = tu tiempo en vela después de dormirte
subject-sleep-onset-variability = la variación de la hora a la que te dormiste
subject-sleep-midpoint = el punto medio de tu sueño
subject-circadian-rhythm-strength = la fuerza de tu ritmo diario
subject-daily-steps = tu promedio de pasos
subject-moderate-minutes = tu tiempo de caminar a paso rápido o correr
subject-resting-heart-rate = tu pulso en reposo

# What cannot be told: follows "para saber".
unknown-total-sleep-time = cuánto dormiste
unknown-sleep-efficiency = qué parte de tu tiempo en la cama fue sueño
unknown-wake-after-sleep-onset = cuánto tiempo pasaste en vela después de dormirte
unknown-sleep-onset-variability = si te dormiste a horas parecidas
unknown-circadian-rhythm-strength = si tu ritmo diario fue marcado
unknown-daily-steps = cuántos pasos diste
unknown-resting-heart-rate = cuál fue tu pulso en reposo

# $head: names with commas between them, or a single name.
list-and = { $head } y { $last }
list-or = { $head } o { $last }

## The opening.

# $dates: of a week, "del 8 al 14 de junio de 2026"; $days: "6 de 7 días".
open-week =
    .plain = { $variant ->
        [0] Esta es tu semana { $dates }.
        [1] Aquí tienes tu semana { $dates }.
       *[other] Tu semana { $dates }, en pocas palabras.
    }
    .detailed = { $variant ->
        [0] Aquí tienes tu semana { $dates }: hubo datos suficientes en { $days }.
        [1] Este resumen trata de tu semana { $dates }, con datos suficientes en { $days }.
       *[other] Ya está aquí tu semana { $dates }, con datos suficientes en { $days }.
    }
open-week-undated =
    .plain = Tu dispositivo tiene datos suficientes de { $days }.
    .detailed = Aquí tienes tu semana: hubo datos suficientes en { $days }.
counted-days =
    .plain = Hubo datos suficientes en { $days }.
# $weeks: "11 de 13 semanas".
open-weeks =
    .plain = { $variant ->
        [0] Este resumen trata de tus últimas semanas: hay datos suficientes en { $weeks }.
        [1] Aquí tienes tus últimas semanas: hay datos suficientes en { $weeks }.
       *[other] Una mirada atrás: hay datos suficientes en { $weeks }.
    }
    .detailed = { $variant ->
        [0] Este resumen trata de tus últimas semanas: hubo datos suficientes en { $weeks }.
        [1] Aquí tienes tus últimas semanas, con datos suficientes en { $weeks }.
       *[other] Una mirada a las últimas semanas: hubo datos suficientes en { $weeks }.
    }
few-days =
    .plain = Hay datos de { $days }: es solo una primera impresión.
    .detailed = Los datos dan una primera impresión, no la imagen completa.
few-weeks =
    .plain = Hay datos de { $weeks }: es solo una primera impresión.
    .detailed = Los datos dan una primera impresión, no la imagen completa.
# Before the newest week, after the weeks as a whole.
newest-week =
    .plain = Esta es tu semana más reciente, la { $dates }.
    .detailed = Lo que sigue trata de tu semana más reciente, la { $dates }, con datos suficientes en { $days }.

## The newest week against what is usual. $amount: the difference; $value: the newest week's.

change-total-sleep-time-more =
    .plain = { $variant ->
        [0] Dormiste más que de costumbre: { $amount } más al día.
        [1] Dormiste { $amount } más al día que de costumbre.
       *[other] Tu sueño duró más que de costumbre: { $amount } más al día.
    }
    .detailed = { $variant ->
        [0] Dormiste { $value } al día en promedio, { $amount } más que de costumbre.
        [1] Tu sueño fue de { $value } al día en promedio, { $amount } más de lo habitual en ti.
       *[other] Con { $value } al día en promedio, dormiste { $amount } más que de costumbre.
    }
change-total-sleep-time-less =
    .plain = { $variant ->
        [0] Dormiste menos que de costumbre: { $amount } menos al día.
        [1] Dormiste { $amount } menos al día que de costumbre.
       *[other] Tu sueño duró menos que de costumbre: { $amount } menos al día.
    }
    .detailed = { $variant ->
        [0] Dormiste { $value } al día en promedio, { $amount } menos que de costumbre.
        [1] Tu sueño fue de { $value } al día en promedio, { $amount } menos de lo habitual en ti.
       *[other] Con { $value } al día en promedio, dormiste { $amount } menos que de costumbre.
    }
# The middle of the sleep, a clock time: later, earlier.
change-sleep-midpoint-more =
    .plain = Tu sueño llegó { $amount } más tarde que de costumbre.
    .detailed = El punto medio de tu sueño fue { $amount } más tarde que de costumbre: { $value }.
change-sleep-midpoint-less =
    .plain = Tu sueño llegó { $amount } antes que de costumbre.
    .detailed = El punto medio de tu sueño fue { $amount } antes que de costumbre: { $value }.
# $usual: what is usual for the person, as $value is written.
change-sleep-efficiency-more =
    .plain = En la cama, dormiste más parte del tiempo que de costumbre: el { $value }.
    .detailed = En la cama, dormiste una parte del tiempo mayor que de costumbre: el { $value } en lugar del { $usual }.
change-sleep-efficiency-less =
    .plain = En la cama, dormiste menos parte del tiempo que de costumbre: el { $value }.
    .detailed = En la cama, dormiste una parte del tiempo menor que de costumbre: el { $value } en lugar del { $usual }.
change-wake-after-sleep-onset-more =
    .plain = Después de dormirte, pasaste { $amount } más en vela que de costumbre.
    .detailed = Después de dormirte, pasaste { $value } en vela, { $amount } más que de costumbre.
change-wake-after-sleep-onset-less =
    .plain = Después de dormirte, pasaste { $amount } menos en vela que de costumbre.
    .detailed = Después de dormirte, pasaste { $value } en vela, { $amount } menos que de costumbre.
change-sleep-onset-variability-more =
    .plain = La hora a la que te dormiste varió más que de costumbre.
    .detailed = La hora a la que te dormiste varió más que de costumbre: alrededor de { $value } en lugar de { $usual }.
change-sleep-onset-variability-less =
    .plain = La hora a la que te dormiste varió menos que de costumbre.
    .detailed = La hora a la que te dormiste varió menos que de costumbre: alrededor de { $value } en lugar de { $usual }.
change-circadian-rhythm-strength-more =
    .plain = Tu ritmo diario fue más marcado que de costumbre.
    .detailed = Tu ritmo diario tuvo más fuerza que de costumbre: { $value } en lugar de { $usual }.
change-circadian-rhythm-strength-less =
    .plain = Tu ritmo diario fue menos marcado que de costumbre.
    .detailed = Tu ritmo diario tuvo menos fuerza que de costumbre: { $value } en lugar de { $usual }.
# $amount ends in "pasos".
change-daily-steps-more =
    .plain = { $variant ->
        [0] Diste más pasos que de costumbre: { $amount } más.
        [1] Caminaste más que de costumbre: { $amount } más.
       *[other] Tus pasos superaron lo habitual: { $amount } más.
    }
    .detailed = { $variant ->
        [0] Diste { $value } en promedio, { $amount } más que de costumbre.
        [1] Tu promedio fue de { $value }, es decir, { $amount } más que de costumbre.
       *[other] Con { $value } en promedio, caminaste { $amount } más que de costumbre.
    }
change-daily-steps-less =
    .plain = { $variant ->
        [0] Diste menos pasos que de costumbre: { $amount } menos.
        [1] Caminaste menos que de costumbre: { $amount } menos.
       *[other] Tus pasos quedaron por debajo de lo habitual: { $amount } menos.
    }
    .detailed = { $variant ->
        [0] Diste { $value } en promedio, { $amount } menos que de costumbre.
        [1] Tu promedio fue de { $value }, es decir, { $amount } menos que de costumbre.
       *[other] Con { $value } en promedio, caminaste { $amount } menos que de costumbre.
    }
change-moderate-minutes-more =
    .plain = Caminaste a paso rápido o corriste { $amount } más al día que de costumbre.
    .detailed = Caminaste a paso rápido o corriste { $value } al día, { $amount } más que de costumbre.
change-moderate-minutes-less =
    .plain = Caminaste a paso rápido o corriste { $amount } menos al día que de costumbre.
    .detailed = Caminaste a paso rápido o corriste { $value } al día, { $amount } menos que de costumbre.
# $amount ends in "latidos".
change-resting-heart-rate-more =
    .plain = Tu pulso en reposo fue más alto que de costumbre: { $amount } más.
    .detailed = Tu frecuencia cardíaca en reposo fue de { $value }, { $amount } más que de costumbre.
change-resting-heart-rate-less =
    .plain = Tu pulso en reposo fue más bajo que de costumbre: { $amount } menos.
    .detailed = Tu frecuencia cardíaca en reposo fue de { $value }, { $amount } menos que de costumbre.
# $names: one to four subjects in a list; $count: how many, a number.
calm =
    .plain = { $variant ->
        [0] Fue una semana como las de siempre: { $names } { $count ->
            [one] siguió
           *[other] siguieron
        } igual.
        [1] Como de costumbre: { $names }.
       *[other] Hubo pocos cambios: { $names } { $count ->
            [one] siguió
           *[other] siguieron
        } como de costumbre.
    }
    .detailed = { $variant ->
        [0] Fue una semana muy parecida a las de siempre: { $names } { $count ->
            [one] siguió
           *[other] siguieron
        } como de costumbre.
        [1] Igual que en tus semanas anteriores: { $names }.
       *[other] Hubo pocos cambios: { $names } { $count ->
            [one] siguió
           *[other] siguieron
        } como de costumbre.
    }
# Beside what has changed.
same =
    .plain = Como de costumbre: { $names }.
    .detailed = { $variant ->
        [0] Como de costumbre: { $names }.
       *[other] Lo que siguió como de costumbre: { $names }.
    }

## What was measured.

sleep-time =
    .plain = { $variant ->
        [0] Dormiste { $sleep } al día en promedio.
        [1] En promedio, dormiste { $sleep } al día.
       *[other] Tu sueño fue de { $sleep } al día en promedio.
    }
    .detailed = { $variant ->
        [0] Dormiste { $sleep } al día en promedio.
        [1] En promedio, dormiste { $sleep } al día.
       *[other] Tu sueño fue de { $sleep } al día en promedio.
    }
sleep-efficiency =
    .plain = De tu tiempo en la cama, el { $share } fue sueño.
    .detailed = { $variant ->
        [0] De tu tiempo en la cama, el { $share } fue sueño.
        [1] Dormiste el { $share } de tu tiempo en la cama.
       *[other] El sueño ocupó el { $share } de tu tiempo en la cama.
    }
sleep-estimated =
    .plain = Tu sueño está estimado a partir del movimiento y del pulso.
    .detailed = Tu sueño está estimado a partir del movimiento y del pulso, sin un registro propio del dispositivo.
# $steps ends in "pasos al día".
steps =
    .plain = { $variant ->
        [0] Diste { $steps } en promedio.
        [1] En promedio, diste { $steps }.
       *[other] Caminaste { $steps } en promedio.
    }
    .detailed = { $variant ->
        [0] Diste { $steps } en promedio.
        [1] En promedio, tu dispositivo contó { $steps }.
       *[other] Caminaste { $steps } en promedio.
    }
moderate =
    .plain = Caminaste a paso rápido o corriste { $time } al día.
    .detailed = De tus pasos, los de caminar rápido o correr ocuparon { $time } al día en promedio.
wake =
    .plain = Después de dormirte, pasaste { $awake } en vela.
    .detailed = { $variant ->
        [0] Después de dormirte, pasaste { $awake } en vela en promedio.
        [1] Entre dormirte y levantarte, pasaste { $awake } en vela en promedio.
       *[other] Tu tiempo en vela después de dormirte fue de { $awake } en promedio.
    }
latency =
    .plain = Tardaste { $time } en dormirte.
    .detailed = Una vez en la cama, tardaste { $time } en dormirte en promedio.
onset-steady =
    .plain = Te dormiste a horas muy parecidas.
    .detailed = Te dormiste a horas muy parecidas, con una variación de { $spread } de un día a otro.
onset-varied =
    .plain = La hora a la que te dormiste varió alrededor de { $spread }.
    .detailed = La hora a la que te dormiste varió alrededor de { $spread } de un día a otro.
onset-wandering =
    .plain = La hora a la que te dormiste varió mucho: alrededor de { $spread }.
    .detailed = La hora a la que te dormiste varió bastante: alrededor de { $spread } de un día a otro.
midpoint =
    .detailed = En promedio, el reloj marcaba { $time } en el punto medio de tu sueño.
regularity =
    .detailed = La regularidad de tu sueño fue de { $index }; cuanto más alto el valor, más se parece tu sueño de un día a otro.
weekend =
    .detailed = Entre los fines de semana y los demás días hubo { $time } de diferencia en el punto medio de tu sueño.
rhythm-alike =
    .plain = Tu ritmo diario fue marcado: tus días tuvieron una parte activa y otra tranquila.
rhythm-differing =
    .plain = Tu ritmo diario fue suelto: tus días no se dividieron en una parte activa y otra tranquila.
rhythm =
    .detailed = La fuerza de tu ritmo diario fue de { $index }; cuanto más alto el valor, más se divide cada día en una parte activa y otra tranquila.
stability =
    .detailed = El parecido de tu ritmo diario de un día a otro fue de { $index }; cuanto más alto el valor, más se parecieron tus días.
variability =
    .detailed = La fragmentación de tu ritmo diario fue de { $index }; cuanto más bajo el valor, menos cambios hubo entre reposo y actividad.
amplitude =
    .detailed = El contraste entre las horas activas y las tranquilas de tu ritmo diario fue de { $index }; cuanto más alto el valor, más claro el contraste.
fragmentation =
    .detailed = La fragmentación de tu actividad fue de { $index }; cuanto más bajo el valor, más tiempo te mueves antes de una pausa.
ratio =
    .detailed = En tu ritmo diario, la proporción entre las horas tranquilas y las activas fue de { $index }; cuanto más bajo el valor, más claro el contraste entre ellas.
heart =
    .plain = Tu pulso en reposo fue de { $beats }.
    .detailed = { $variant ->
        [0] Tu frecuencia cardíaca en reposo fue de { $beats }.
        [1] En reposo, tu pulso fue de { $beats }.
       *[other] En reposo, tu corazón latió a { $beats }.
    }

## Several weeks.

average-total-sleep-time =
    .plain = En estas semanas, dormiste { $value } al día en promedio.
    .detailed = En el conjunto de estas semanas, dormiste { $value } al día en promedio.
# $value ends in "pasos al día".
average-daily-steps =
    .plain = En esas semanas, diste { $value } en promedio.
    .detailed = En estas mismas semanas, diste { $value } en promedio.
average-resting-heart-rate =
    .plain = Tu pulso en reposo fue de { $value } en promedio en estas semanas.
    .detailed = Tu frecuencia cardíaca en reposo fue de { $value } en promedio en estas semanas.
# $subject: one of the subjects; $change: the value of a trend, "alrededor de 4 min más cada semana".
trend =
    .plain = Con las semanas, { $subject } cambió: { $change }.
    .detailed = { $variant ->
        [0] Hay una tendencia en { $subject }: { $change }.
        [1] En conjunto, tus semanas muestran una tendencia en { $subject }: { $change }.
       *[other] Con las semanas, { $subject } fue cambiando: { $change }.
    }
# $change: the value of a shift, "de 7 h a 6 h, desde la semana del 8 de junio".
shift =
    .plain = Aquí cambió { $subject }: { $change }.
    .detailed = { $variant ->
        [0] En cierto momento, { $subject } cambió: { $change }.
        [1] Hay un salto en { $subject }: { $change }.
       *[other] Destaca un cambio: { $subject } pasó { $change }.
    }

## Beside what is published. $reference: "7 h o más", "7 h a 8 h"; $whose: young or adult.

reference-total-sleep-time-below =
    .plain = Tu promedio de sueño está por debajo de las { $reference } recomendadas { $whose ->
        [young] a tu edad
       *[adult] para personas adultas
    }.
    .detailed = Tu promedio de sueño está por debajo de las { $reference } al día recomendadas { $whose ->
        [young] a tu edad
       *[adult] para personas adultas
    }.
reference-total-sleep-time-near =
    .plain = Tu promedio de sueño está justo por debajo de las { $reference } recomendadas { $whose ->
        [young] a tu edad
       *[adult] para personas adultas
    }.
    .detailed = Tu promedio de sueño está justo por debajo de las { $reference } al día recomendadas { $whose ->
        [young] a tu edad
       *[adult] para personas adultas
    }.
reference-total-sleep-time-met =
    .plain = Tu promedio de sueño cumple con las { $reference } recomendadas { $whose ->
        [young] a tu edad
       *[adult] para personas adultas
    }.
    .detailed = Tu promedio de sueño cumple con las { $reference } al día recomendadas { $whose ->
        [young] a tu edad
       *[adult] para personas adultas
    }.
reference-total-sleep-time-above =
    .plain = Tu promedio de sueño está por encima de las { $reference } recomendadas { $whose ->
        [young] a tu edad
       *[adult] para personas adultas
    }.
    .detailed = Tu promedio de sueño está por encima de las { $reference } al día recomendadas { $whose ->
        [young] a tu edad
       *[adult] para personas adultas
    }.
reference-sleep-efficiency-below =
    .detailed = La parte de tu tiempo en la cama que fue sueño está por debajo del { $reference } recomendado para personas adultas.
reference-sleep-efficiency-met =
    .detailed = La parte de tu tiempo en la cama que fue sueño cumple con el { $reference } recomendado para personas adultas.
# Only met: steps see walking and running, and there are other ways to be active.
reference-moderate-minutes-met =
    .plain = Caminando rápido o corriendo, cumples con los { $reference } al día recomendados para personas adultas.
    .detailed = Tu tiempo de caminar a paso rápido o correr ya cumple por sí solo con los { $reference } al día recomendados para personas adultas.

## What is not known. $names: two to four of the unknowns in a list, or one.

lacking =
    .plain = No hubo datos suficientes para saber { $names }.
    .detailed = Esta vez no hubo datos suficientes para saber { $names }.
untold =
    .plain = Lo que registró tu dispositivo no permite saber { $names }.
    .detailed = Lo que registró tu dispositivo no permite saber { $names }; queda en blanco, sin suposiciones.
coverage =
    .plain = Hay datos del { $share } del tiempo.
    .detailed = Hay datos del { $share } del tiempo; el resto queda en blanco, sin suposiciones.

## What the person might try. Offers, for whom they suit.

try-night-wear =
    .plain = Si llevas un dispositivo al dormir, el resumen dirá más.
    .detailed = { $variant ->
        [0] Si tienes un dispositivo que se pueda llevar puesto, llévalo mientras duermes y el próximo resumen dirá más sobre tu sueño.
       *[other] Si te resulta cómodo, lleva un dispositivo mientras duermes; así el próximo resumen podrá decir más sobre tu sueño.
    }
try-wear =
    .plain = Cuanto más lleves tu dispositivo, más dirá el resumen.
    .detailed = { $variant ->
        [0] Con un momento fijo para cargar el dispositivo, y llevándolo contigo el resto del día, el próximo resumen quedaría más completo.
       *[other] Cuanto más tiempo lleves contigo tu dispositivo, más podrá contarte el próximo resumen.
    }
try-more-sleep =
    .plain = { $variant ->
        [0] Si quieres dormir más, prueba a darle al sueño un poco más de tiempo.
       *[other] ¿Podrías darle al sueño un poco más de tiempo?
    }
    .detailed = { $variant ->
        [0] Si quieres dormir más, darle al sueño un poco más de tiempo, cuando tus días lo permitan, es una forma suave de empezar.
       *[other] Si notas que te vendría bien dormir más, empieza poco a poco: un rato más en la cama los días que puedas.
    }
try-rest =
    .plain = Si hay un momento para descansar, aprovéchalo con calma.
    .detailed = { $variant ->
        [0] Si hay un momento para descansar, aprovéchalo con calma.
       *[other] Los descansos cortos también cuentan: si surge uno, aprovéchalo con calma.
    }
try-regular =
    .plain = Si tus días lo permiten, prueba a dormirte a horas parecidas.
    .detailed = { $variant ->
        [0] Si tus días lo permiten, vale la pena probar a dormirte a horas parecidas.
       *[other] Si puedes elegir, intenta acostarte a horas parecidas, también en tus días libres.
    }
try-quiet =
    .plain = Un lugar oscuro y tranquilo para dormir puede ser agradable.
    .detailed = { $variant ->
        [0] Si está en tu mano, vale la pena probar a dormir en un lugar fresco, oscuro y tranquilo.
       *[other] Si puedes, haz que el lugar donde duermes sea fresco, oscuro y tranquilo.
    }
try-walk =
    .plain = Si te va bien, prueba un paseo corto a la luz del día.
    .detailed = { $variant ->
        [0] Si te va bien, un paseo corto a la luz del día es una forma sencilla de moverte un poco más.
       *[other] Si tienes ganas de moverte un poco más, un paseo corto a la luz del día es un comienzo.
    }
try-continue =
    .plain = Con más datos, las próximas semanas se podrán comparar con esta.
    .detailed = Si sigues llevando contigo tu dispositivo, las próximas semanas se podrán comparar con esta.
# Only where a published threshold for it is crossed.
professional =
    .plain = Puedes comentar { $subject } con un profesional de la salud.
    .detailed = La próxima vez que veas a un profesional de la salud, puedes comentarle { $subject }.

## The push notification: nothing about the person in it.

push-title = Tu nuevo resumen está listo
push-body = Abre la aplicación para leerlo.
