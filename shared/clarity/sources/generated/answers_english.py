"""What an honest language model says in English."""

from __future__ import annotations

from clarity.sources.generated.answers_bank import Bank, Noun

ENGLISH = Bank(
    nouns={
        "total_sleep_time": Noun("your sleep", "longer", "shorter"),
        "sleep_efficiency": Noun("the share of your time in bed spent asleep", "higher", "lower"),
        "wake_after_sleep_onset": Noun("your time awake at night", "longer", "shorter"),
        "sleep_onset_latency": Noun("the time you needed to fall asleep", "longer", "shorter"),
        "awakenings": Noun("the number of times you woke up", "higher", "lower"),
        "sleep_onset_variability": Noun(
            "the variation of your time of falling asleep", "larger", "smaller"
        ),
        "sleep_midpoint": Noun("the middle of your sleep", "later", "earlier"),
        "social_jet_lag": Noun(
            "the distance between your sleep on work days and free days", "larger", "smaller"
        ),
        "sleep_regularity_index": Noun("the regularity of your sleep", "higher", "lower"),
        "circadian_rhythm_strength": Noun("the strength of your daily rhythm", "higher", "lower"),
        "interdaily_stability": Noun(
            "the similarity of your rhythm from day to day", "higher", "lower"
        ),
        "intradaily_variability": Noun("the fragmentation of your daily rhythm", "higher", "lower"),
        "relative_amplitude": Noun(
            "the contrast between your active and restful hours", "higher", "lower"
        ),
        "daily_steps": Noun("your daily step count", "higher", "lower"),
        "moderate_minutes": Noun("your time in brisk movement", "longer", "shorter"),
        "activity_fragmentation": Noun("the fragmentation of your activity", "higher", "lower"),
        "rest_activity_ratio": Noun(
            "the ratio of restful to active hours in your daily rhythm", "higher", "lower"
        ),
        "m10": Noun("your activity in your most active hours", "higher", "lower"),
        "l5": Noun("your activity in your most restful hours", "higher", "lower"),
        "resting_heart_rate": Noun("your resting heart rate", "higher", "lower"),
    },
    measure={
        "total_sleep_time": (
            "you slept {x} on average",
            "on average, you slept {x} a night",
            "your sleep averaged {x}",
            "your nights came to {x} of sleep on average",
            "you got {x} of sleep on an average day",
            "per day, you spent {x} asleep on average",
            "your average sleep was {x}",
            "sleep took up {x} of an average day",
            "an average day of this week held {x} of sleep",
            "you were asleep for {x} a day on average",
            "each day you slept {x} on average",
            "your sleep came to {x} a day on average",
            "you spent an average of {x} asleep each day",
        ),
        "sleep_efficiency": (
            "{x} of your time in bed was sleep",
            "you were asleep for {x} of the time you spent in bed",
            "of your time in bed, you slept {x}",
            "your sleep efficiency was {x}",
            "sleep filled {x} of your time in bed",
            "while in bed, you slept {x} of the time",
            "you spent {x} of your time in bed asleep",
            "{x} of your hours in bed were spent sleeping",
        ),
        "wake_after_sleep_onset": (
            "once asleep, you were awake for {x} in all",
            "you lay awake for {x} during the night on average",
            "after falling asleep, you spent {x} awake on average",
            "your nights held {x} of waking after you first fell asleep",
            "between falling asleep and getting up, you were awake for {x}",
            "during your sleep, you were awake for {x} on average",
            "your time awake after falling asleep averaged {x}",
        ),
        "sleep_onset_latency": (
            "you needed {x} to fall asleep",
            "it took you {x} to drift off on average",
            "you lay in bed for {x} before you fell asleep",
            "falling asleep took you {x}",
            "on average, it took {x} until you were asleep",
        ),
        "awakenings": (
            "you woke up {x} times a night on average",
            "there were {x} awakenings in an average night",
        ),
        "sleep_onset_variability": (
            "the time you fell asleep varied by {x} from day to day",
            "from day to day, your time of falling asleep varied by {x}",
            "you fell asleep at times that varied by {x}",
            "the hour at which you fell asleep varied by {x}",
        ),
        "sleep_midpoint": (
            "the middle of your sleep was at {text}",
            "halfway through your sleep, it was {text}",
            "your sleep had its middle at {text} on average",
        ),
        "sleep_regularity_index": (
            "the regularity of your sleep was {x}",
            "for the regularity of your sleep, the data gives {x}",
        ),
        "circadian_rhythm_strength": (
            "the strength of your daily rhythm came out at {x}",
            "your daily rhythm had a strength of {x}",
            "for the strength of your daily rhythm, the data gives {x}",
        ),
        "interdaily_stability": (
            "the similarity of your rhythm from day to day was {x}",
            "your days resembled one another with a value of {x}",
        ),
        "intradaily_variability": (
            "the fragmentation of your daily rhythm was {x}",
            "your daily rhythm showed a fragmentation of {x}",
        ),
        "relative_amplitude": (
            "the contrast between your active and restful hours was {x}",
            "between active and restful hours, your rhythm had a contrast of {x}",
        ),
        "daily_steps": (
            "you took {x} a day on average",
            "on average, you walked {x} a day",
            "your days had {x} on average",
            "you averaged {x} a day",
            "{x} a day was your average",
            "your daily average was {x}",
            "an average day brought {x}",
            "you made {x} per day on average",
            "your step count averaged {x} a day",
            "your device counted {x} a day on average",
            "you covered {x} a day on average",
        ),
        "moderate_minutes": (
            "you moved briskly for {x} a day",
            "brisk movement filled {x} of an average day",
        ),
        "activity_fragmentation": (
            "the fragmentation of your activity was {x}",
            "your activity had a fragmentation of {x}",
        ),
        "rest_activity_ratio": (
            "the ratio of restful to active hours in your daily rhythm was {x}",
            "between restful and active hours, the ratio was {x}",
        ),
        "m10": (
            "in your most active hours, you took {x} a minute",
            "your most active hours had {x} a minute",
        ),
        "l5": (
            "in your most restful hours, you took {x} a minute",
            "your most restful hours had {x} a minute",
        ),
        "resting_heart_rate": (
            "your resting heart rate was {x} a minute",
            "at rest, your heart beat {n} times a minute",
            "your heart rate at rest averaged {n} beats per minute",
            "at rest, your pulse was {n} bpm",
            "your resting pulse came to {x} per minute",
            "your resting heart rate averaged {x} a minute",
            "your heart rate at rest was {n} beats a minute",
        ),
        "": ("{label}: {text}", "for your {label}, the data shows {text}"),
    },
    days=(
        "{x} of {y} days had enough data to count",
        "this week, {x} of {y} days could be counted",
        "your device gave enough data on {x} out of {y} days",
        "there was enough data on {x} of the {y} days",
        "{x} of your {y} days were worn long enough to count",
        "this picture rests on {x} of {y} days",
        "out of {y} days, {x} had enough wear to be counted",
        "your device recorded enough data on {x} of {y} days",
        "enough data was recorded on {x} of {y} days",
    ),
    coverage=(
        "there is data for {x} of the time",
        "your device covered {x} of the time",
        "{x} of the time is covered by data",
        "data is there for {x} of the week",
        "{x} of the time was recorded",
    ),
    weeks=("there was enough data in {x}", "{x} had enough data to count"),
    window=(
        "this is about your week of {text}",
        "the week from {text} is told here",
        "here is your week, {text}",
    ),
    met={
        "total_sleep_time": (
            "your sleep meets the {y} or more recommended for adults",
            "you reached the {y} that adults are advised to sleep",
            "your average sleep is at or above the {y} recommended for adults",
            "with your sleep, you reach the recommended {y} for adults",
        ),
        "sleep_efficiency": (
            "the share of your time in bed spent asleep reaches the {y} given for adults",
            "your sleep efficiency meets the {y} recommended for adults",
        ),
        "least": (
            "{name} reaches the {y} recommended for adults",
            "{name} is at or above the {y} recommended for adults",
        ),
        "most": (
            "{name} stays within the {y} recommended for adults",
            "{name} is not above the {y} recommended for adults",
        ),
    },
    missed={
        "total_sleep_time": (
            "your sleep is below the {y} recommended for adults",
            "your average sleep is less than the {y} recommended for adults",
            "you stayed under the {y} that adults are advised to sleep",
            "your average sleep is short of the recommended {y} for adults",
        ),
        "sleep_efficiency": (
            "the share of your time in bed spent asleep is below the {y} given for adults",
            "your sleep efficiency is under the {y} recommended for adults",
        ),
        "least": (
            "{name} is below the {y} recommended for adults",
            "{name} does not reach the {y} recommended for adults",
        ),
        "most": (
            "{name} is above the {y} recommended for adults",
            "{name} is longer than the {y} recommended for adults",
        ),
    },
    usual=(
        "usually, {name} is {x}",
        "{name} is usually {x}",
        "in the weeks before, {name} was typically {x}",
        "what is usual for {name} is {x}",
        "as a rule, {name} is {x}",
        "for you, {x} is usual for {name}",
    ),
    change=(
        "{name} was {x} {more} than usual",
        "compared with your usual weeks, {name} was {x} {more}",
        "{name} is {x} {more} than it usually is",
        "this week, {name} was {more} than usual, by {x}",
        "{name} was {more} than usual",
        "there was a change: {name} was {x} {more} than usual",
        "{name} was {more} than in your usual weeks",
    ),
    level=(
        "{name} was about the same as usual",
        "{name} stayed close to what is usual for you",
        "{name} did not change much from your usual",
        "{name} was much as usual",
        "{name} remained about the same as usual",
        "{name} was within your usual range",
    ),
    average=(
        "over the whole period, {name} averaged {x}",
        "across these weeks, {name} was {x} on average",
        "{name} averaged {x} over these weeks",
        "during these weeks, {name} averaged {x}",
    ),
    rise=(
        "{name} has been rising by {x} a week",
        "from week to week, {name} went up by {x}",
        "{name} has increased by {x} per week",
        "{name} has been going up over these weeks",
        "{name} climbed by {x} a week",
    ),
    fall=(
        "{name} has been falling by {x} a week",
        "from week to week, {name} went down by {x}",
        "{name} has decreased by {x} per week",
        "{name} has been going down over these weeks",
        "{name} dropped by {x} a week",
    ),
    steady=("{name} held steady over these weeks",),
    shift=(
        "{name} changed from {x} to {y} in the week of {day}",
        "since {day}, {name} has been at {y} instead of {x}",
        "before {day}, {name} was {x}; since then it has been {y}",
        "{name} went from {x} to {y} around {day}",
        "from {day} on, {name} was {y}; before that, it was {x}",
    ),
    unknown=(
        "there was not enough data to tell {name}",
        "{name} cannot be told this time, since there was not enough data",
        "for {name}, there was too little data",
        "we do not know {name} this week: there was not enough data",
        "too little data was recorded to tell {name}",
    ),
    unable=(
        "your device cannot measure {name}",
        "{name} cannot be told from what your device records",
        "what your device records does not tell {name}",
        "nothing that was recorded tells {name}",
    ),
    advice={
        "total_sleep_time": (
            "if you would like more sleep, you could go to bed a little earlier",
            "going to bed a bit earlier may be worth a try",
            "perhaps you can start winding down a little sooner in the evening",
            "on some evenings, an earlier night might feel good",
            "you could give yourself a little more time in bed",
            "try turning in a few minutes earlier, if you like",
        ),
        "sleep_onset_variability": (
            "a similar bedtime from day to day is one thing you could try",
            "you might try going to bed at about the same time each day",
            "a steady bedtime, where your days allow it, can help",
            "keeping your bedtime similar on most days could be worth trying",
        ),
        "wake_after_sleep_onset": (
            "a cool, dark and quiet bedroom can make it easier to sleep on",
            "you could try keeping your bedroom cool and dark",
            "a dark and quiet room may help you sleep on",
        ),
        "daily_steps": (
            "if it suits you, a short walk in daylight is an easy way to move a little more",
            "a short walk in the afternoon could be a gentle start",
            "you might enjoy a little walk now and then",
            "a stroll in the fresh air could be a nice break",
        ),
        "coverage": (
            "wearing your device a little more would make the next picture fuller",
            "a fixed moment for charging would leave fewer gaps",
            "putting your device back on after charging would fill some gaps",
        ),
        "valid_days": (
            "if you keep wearing your device, the next weeks can be compared with this one",
            "keep wearing your device, and the next summary can say more",
            "just keep wearing your device as you do now",
        ),
    },
    joints=(", and ", "; ", ", while ", " and "),
    fillers=("here is your week: ", "to begin with, ", "in short, ", "looking at your data, "),
)
