"""What an honest language model says in Spanish."""

from __future__ import annotations

from clarity.sources.generated.answers_bank import Bank, Noun

SPANISH = Bank(
    nouns={
        "total_sleep_time": Noun("tu sueño", "más largo", "más corto"),
        "sleep_efficiency": Noun("la parte del tiempo en cama que dormiste", "mayor", "menor"),
        "wake_after_sleep_onset": Noun("tu tiempo despierto por la noche", "mayor", "menor"),
        "sleep_onset_latency": Noun("el tiempo que tardaste en dormirte", "mayor", "menor"),
        "awakenings": Noun("el número de veces que te despertaste", "mayor", "menor"),
        "sleep_onset_variability": Noun(
            "la variación de la hora a la que te dormiste", "mayor", "menor"
        ),
        "sleep_midpoint": Noun("el punto medio de tu sueño", "más tarde", "más temprano"),
        "social_jet_lag": Noun(
            "la distancia entre tu sueño en días de trabajo y días libres", "mayor", "menor"
        ),
        "sleep_regularity_index": Noun("la regularidad de tu sueño", "mayor", "menor"),
        "circadian_rhythm_strength": Noun("la fuerza de tu ritmo diario", "mayor", "menor"),
        "interdaily_stability": Noun("la semejanza de tu ritmo de un día a otro", "mayor", "menor"),
        "intradaily_variability": Noun("la fragmentación de tu ritmo diario", "mayor", "menor"),
        "relative_amplitude": Noun(
            "el contraste entre tus horas activas y tranquilas", "mayor", "menor"
        ),
        "daily_steps": Noun("tu número diario de pasos", "mayor", "menor"),
        "moderate_minutes": Noun("tu tiempo de movimiento a paso rápido", "mayor", "menor"),
        "activity_fragmentation": Noun("la fragmentación de tu actividad", "mayor", "menor"),
        "rest_activity_ratio": Noun(
            "la proporción entre las horas tranquilas y las activas de tu ritmo diario",
            "mayor",
            "menor",
        ),
        "m10": Noun("tu actividad en las horas más activas", "mayor", "menor"),
        "l5": Noun("tu actividad en las horas más tranquilas", "mayor", "menor"),
        "resting_heart_rate": Noun("tu pulso en reposo", "más alto", "más bajo"),
    },
    measure={
        "total_sleep_time": (
            "dormiste {x} de media",
            "de media, dormiste {x} al día",
            "tu sueño duró {x} de media",
            "en promedio, dormiste {x} por noche",
            "tu media de sueño fue de {x}",
            "cada día dormiste {x} de media",
            "en un día medio de esta semana dormiste {x}",
            "has dormido una media de {x}",
            "tu promedio de sueño quedó en {x}",
            "cada día dormiste una media de {x}",
            "tu sueño sumó {x} al día de media",
            "pasaste de media {x} durmiendo cada día",
        ),
        "sleep_efficiency": (
            "dormiste el {x} del tiempo que pasaste en la cama",
            "del tiempo en la cama, dormiste el {x}",
            "el {x} de tu tiempo en cama fue sueño",
            "tu eficiencia del sueño fue del {x}",
            "pasaste el {x} del tiempo en cama durmiendo",
            "en la cama, dormiste el {x} del tiempo",
        ),
        "wake_after_sleep_onset": (
            "después de dormirte, estuviste {x} despierto en total",
            "por la noche pasaste {x} despierto de media",
            "desde que te dormiste hasta que te levantaste, pasaste {x} despierto",
            "tu tiempo despierto por la noche fue de {x}",
            "durante tu sueño, pasaste {x} en vela de media",
        ),
        "sleep_onset_latency": (
            "tardaste {x} en dormirte",
            "de media, tardaste {x} en conciliar el sueño",
            "pasaste {x} en la cama antes de dormirte",
            "de media, pasaron {x} hasta que te dormiste",
        ),
        "awakenings": (
            "te despertaste {x} veces por noche de media",
            "hubo {x} despertares en una noche media",
        ),
        "sleep_onset_variability": (
            "la hora a la que te dormiste varió en {x} de un día a otro",
            "de un día a otro, la hora a la que te dormiste varió {x}",
            "el momento de dormirte varió en {x}",
        ),
        "sleep_midpoint": (
            "el punto medio de tu sueño fue a las {text}",
            "tu sueño tuvo su punto medio a las {text} de media",
        ),
        "sleep_regularity_index": ("la regularidad de tu sueño fue de {x}",),
        "circadian_rhythm_strength": (
            "la fuerza de tu ritmo diario fue de {x}",
            "tu ritmo diario tuvo una fuerza de {x}",
        ),
        "interdaily_stability": ("la semejanza de tu ritmo de un día a otro fue de {x}",),
        "intradaily_variability": ("la fragmentación de tu ritmo diario fue de {x}",),
        "relative_amplitude": ("el contraste entre tus horas activas y tranquilas fue de {x}",),
        "daily_steps": (
            "diste {x} al día de media",
            "de media, caminaste {x} al día",
            "cada día diste {x} de media",
            "tu media diaria fue de {x}",
            "en promedio, has dado {x} por día",
            "un día medio tuvo {x}",
            "tu dispositivo contó {x} al día de media",
            "tus pasos fueron {x} al día de media",
        ),
        "moderate_minutes": (
            "te moviste a buen paso {x} al día",
            "el movimiento a paso rápido ocupó {x} al día",
        ),
        "activity_fragmentation": ("la fragmentación de tu actividad fue de {x}",),
        "rest_activity_ratio": (
            "la proporción entre las horas tranquilas y las activas de tu ritmo diario fue de {x}",
            "en tu ritmo diario, la relación entre horas tranquilas y activas fue de {x}",
        ),
        "m10": ("en tus horas más activas diste {x} por minuto",),
        "l5": ("en tus horas más tranquilas diste {x} por minuto",),
        "resting_heart_rate": (
            "tu pulso en reposo fue de {x} por minuto",
            "en reposo, tu corazón latió {n} veces por minuto",
            "tu frecuencia cardíaca en reposo fue de {x} por minuto",
            "en reposo tuviste {x} por minuto",
            "en reposo, tu pulso fue de {n} latidos por minuto",
            "tu pulso en reposo fue de media de {x} por minuto",
        ),
        "": ("{label}: {text}", "en «{label}», los datos muestran: {text}"),
    },
    days=(
        "{x} de {y} días tuvieron datos suficientes",
        "hubo datos suficientes en {x} de {y} días",
        "esta semana cuentan {x} de {y} días",
        "tu dispositivo registró lo suficiente en {x} de los {y} días",
        "este resumen se basa en {x} de {y} días",
        "de {y} días, se pudieron contar {x}",
        "tu dispositivo registró datos suficientes en {x} de {y} días",
        "se registraron datos suficientes en {x} de {y} días",
    ),
    coverage=(
        "hay datos del {x} del tiempo",
        "tu dispositivo registró el {x} del tiempo",
        "el {x} del tiempo tiene datos",
        "se registró el {x} del tiempo",
    ),
    weeks=("hubo datos suficientes en {x}", "{x} tuvieron datos suficientes"),
    window=("aquí se habla de esta semana: {text}", "esta es la semana: {text}"),
    met={
        "total_sleep_time": (
            "con tu sueño llegas a las {y} recomendadas para adultos",
            "tu sueño alcanza las {y} que se recomiendan a los adultos",
            "tu sueño no está por debajo de las {y} recomendadas para adultos",
        ),
        "sleep_efficiency": (
            "la parte del tiempo en cama que dormiste alcanza el {y} publicado para adultos",
        ),
        "least": ("{name} alcanza el valor de {y} recomendado para adultos",),
        "most": (
            "{name} no supera el valor de {y} recomendado para adultos",
            "{name} queda dentro del valor de {y} recomendado para adultos",
        ),
    },
    missed={
        "total_sleep_time": (
            "dormiste menos de las {y} recomendadas para adultos",
            "tu sueño queda por debajo de las {y} que se recomiendan a los adultos",
            "tu sueño no llega a las {y} recomendadas para adultos",
        ),
        "sleep_efficiency": (
            "la parte del tiempo en cama que dormiste queda por debajo del {y} publicado para"
            " adultos",
        ),
        "least": (
            "{name} queda por debajo del valor de {y} recomendado para adultos",
            "{name} no llega al valor de {y} recomendado para adultos",
        ),
        "most": (
            "{name} supera el valor de {y} recomendado para adultos",
            "{name} está por encima del valor de {y} recomendado para adultos",
        ),
    },
    usual=(
        "lo habitual para {name} es {x}",
        "{name} suele ser de {x}",
        "en las semanas anteriores, {name} fue normalmente de {x}",
        "por lo general, {name} es de {x}",
        "en tu caso, {name} es normalmente de {x}",
    ),
    change=(
        "{name} fue {x} {more} de lo habitual",
        "comparado con tus semanas habituales, {name} fue {x} {more}",
        "esta semana, {name} fue {more} de lo habitual, en {x}",
        "{name} fue {more} de lo habitual",
        "hubo un cambio: {name} fue {x} {more} de lo habitual",
    ),
    level=(
        "{name} fue más o menos como siempre",
        "{name} apenas cambió respecto a lo habitual",
        "{name} fue parecido a lo habitual",
        "{name} se mantuvo como de costumbre",
        "{name} estuvo dentro de lo habitual en ti",
    ),
    average=(
        "en todo el periodo, {name} fue de {x} de media",
        "{name} fue de media de {x} en estas semanas",
        "durante estas semanas, {name} fue de {x} en promedio",
    ),
    rise=(
        "{name} ha subido {x} por semana",
        "de semana en semana, {name} aumentó en {x}",
        "{name} va subiendo en estas semanas",
        "{name} creció {x} por semana",
    ),
    fall=(
        "{name} ha bajado {x} por semana",
        "de semana en semana, {name} disminuyó en {x}",
        "{name} va bajando en estas semanas",
        "{name} se redujo {x} por semana",
    ),
    steady=("{name} se mantuvo igual en estas semanas",),
    shift=(
        "{name} cambió de {x} a {y} en la semana del {day}",
        "desde el {day}, {name} está en {y} en lugar de {x}",
        "antes del {day}, {name} era de {x}; desde entonces es de {y}",
        "a partir del {day}, {name} fue de {y}; hasta entonces era de {x}",
    ),
    unknown=(
        "no hubo datos suficientes para saber {name}",
        "esta vez no se puede decir {name}, porque faltaron datos",
        "para {name} hubo muy pocos datos",
        "{name} no se conoce esta vez: no hubo datos suficientes",
        "se registraron muy pocos datos para saber {name}",
    ),
    unable=(
        "tu dispositivo no puede medir {name}",
        "{name} no se puede saber con lo que registra tu dispositivo",
        "nada de lo registrado permite saber {name}",
    ),
    advice={
        "total_sleep_time": (
            "si quieres dormir más, podrías acostarte un poco antes",
            "quizá te venga bien acostarte un poco más temprano",
            "podrías empezar a relajarte un poco antes por la noche",
            "podrías darte un poco más de tiempo en la cama",
            "prueba a acostarte unos minutos antes, si te apetece",
        ),
        "sleep_onset_variability": (
            "podrías probar a acostarte a una hora parecida cada día",
            "una hora parecida para acostarte puede ayudar, si tus días lo permiten",
            "mantener un horario de sueño parecido la mayoría de los días podría valer la pena",
        ),
        "wake_after_sleep_onset": (
            "un dormitorio fresco, oscuro y silencioso puede ayudar a seguir durmiendo",
            "podrías mantener tu dormitorio fresco y oscuro",
            "una habitación oscura y tranquila puede ayudarte a seguir durmiendo",
        ),
        "daily_steps": (
            "si te apetece, un paseo corto a la luz del día es una forma fácil de moverte un poco"
            " más",
            "quizá te guste dar un pequeño paseo por la tarde",
            "un paseo al aire libre puede ser una pausa agradable",
        ),
        "coverage": (
            "si llevas el dispositivo un poco más, el próximo resumen será más completo",
            "un momento fijo para cargarlo dejaría menos huecos",
            "si vuelves a ponerte el dispositivo después de cargarlo, quedarán menos huecos",
        ),
        "valid_days": (
            "si sigues llevando tu dispositivo, se podrán comparar las próximas semanas",
            "sigue llevando tu dispositivo y el próximo resumen podrá decir más",
            "sigue llevando el dispositivo como hasta ahora",
        ),
    },
    joints=(", y ", "; ", " y "),
    fillers=("tu semana en resumen: ", "en pocas palabras: ", "para empezar: "),
)
