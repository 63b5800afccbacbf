# What a person reads, in English. Project Fluent, https://projectfluent.org.
#
# A message has a value where both reading levels say the same, else an attribute for each level:
# .plain (everyday words, one idea, about twelve words) and .detailed. $variant is 0, 1 or 2: the
# same facts always get the same one, another week may get another. Names of quantities and dates
# in the arguments arrive written out ("7 h 12 min"). Nothing here may be untrue of somebody: sleep
# need not be at night, a day need not be a working day, a device need not be a watch.

## Quantities. $value and the like are numbers.

number = { $value }
minutes = { $minutes } min
hours = { $hours } h
hours-minutes = { $hours } h { $minutes } min
percent = { $value } %
steps-alone = { $value ->
        [one] { $value } step
       *[other] { $value } steps
    }
steps-a-day = { $value ->
        [one] { $value } step a day
       *[other] { $value } steps a day
    }
steps-a-minute = { $value ->
        [one] { $value } step a minute
       *[other] { $value } steps a minute
    }
beats-alone = { $value ->
        [one] { $value } beat
       *[other] { $value } beats
    }
beats-a-minute = { $value ->
        [one] { $value } beat a minute
       *[other] { $value } beats a minute
    }
points = { $value ->
        [one] { $value } percentage point
       *[other] { $value } percentage points
    }
## Dates and times. $hour and $minute have two digits; the months are names, days and years digits.

clock = { $hour }:{ $minute }
date = { $day } { $month }
dates-one-day = { $day } { $month } { $year }
dates-one-month = { $first_day } to { $last_day } { $last_month } { $last_year }
dates-one-year = { $first_day } { $first_month } to { $last_day } { $last_month } { $last_year }
dates-two-years = { $first_day } { $first_month } { $first_year } to { $last_day } { $last_month } { $last_year }

## What a fact is, in a list of facts.

label-valid-days = days with enough data to count
label-coverage = share of the time with data
label-weeks-counted = weeks with enough data to count
label-window = dates of the newest week
label-total-sleep-time = average sleep a day
label-sleep-efficiency = share of the time in bed spent asleep
label-wake-after-sleep-onset = time awake between falling asleep and waking up
label-sleep-onset-latency = time in bed before falling asleep
label-awakenings = times awake during a sleep
label-sleep-onset-variability = variation of the time of falling asleep from day to day
label-sleep-midpoint = middle of the sleep
label-social-jet-lag = difference of sleep times between weekends and other days
label-sleep-regularity-index = regularity of sleep from day to day
label-circadian-rhythm-strength = strength of the daily rhythm of activity
label-interdaily-stability = similarity of the daily rhythm from day to day
label-intradaily-variability = fragmentation of the daily rhythm of activity
label-relative-amplitude = contrast between active and restful hours in the daily rhythm
label-rest-activity-ratio = ratio of the restful to the active hours in the daily rhythm
label-m10 = activity in the most active hours
label-l5 = activity in the most restful hours
label-daily-steps = average daily steps
label-moderate-minutes = time of brisk walking or running
label-activity-fragmentation = fragmentation of activity by pauses
label-resting-heart-rate = resting heart rate

# $label is one of the above.
kind-reference = { $label }: recommended for adults
kind-reference-young = { $label }: recommended at your age
kind-usual = { $label }: usual for you
kind-change = { $label }: newest week against usual
kind-average = { $label }: mean of the weeks
kind-trend = { $label }: change from week to week
kind-shift = { $label }: where it changed

## What a fact's value is. Arguments are quantities that are written out, but for $count, $of and
## $weeks, which are numbers.

fact-too-little = not known: there is too little data
fact-device-cannot-tell = not known: nothing that was recorded tells it
fact-days = { $count } of { $of ->
        [one] { $of } day
       *[other] { $of } days
    }
fact-days-alone = { $count ->
        [one] { $count } day
       *[other] { $count } days
    }
fact-weeks = { $count } of { $of ->
        [one] { $of } week
       *[other] { $of } weeks
    }
fact-at-least = { $value } or more
fact-at-most = { $value } or less
fact-between = { $low } to { $high }
# $direction: more, less, later, earlier or same; without $amount where it is same.
fact-change = { $direction ->
        [more] { $amount } more than usual
        [less] { $amount } less than usual
        [later] { $amount } later than usual
        [earlier] { $amount } earlier than usual
       *[same] within your usual range
    }
# The change from one week to the next, and over how many.
fact-trend = { $direction ->
        [later] about { $amount } later each week, over { $weeks } weeks
        [earlier] about { $amount } earlier each week, over { $weeks } weeks
        [less] about { $amount } less each week, over { $weeks } weeks
       *[more] about { $amount } more each week, over { $weeks } weeks
    }
# $before and $after are levels; $day: a date, the first day of the first week at the new level.
fact-shift = from { $before } to { $after }, since the week of { $day }

## Names inside sentences: the subject of a sentence, singular.

subject-total-sleep-time = your average sleep
subject-sleep-efficiency = the share of your time in bed that was sleep
subject-wake-after-sleep-onset = your time awake after falling asleep
subject-sleep-onset-variability = the variation of the time you fell asleep
subject-sleep-midpoint = the middle of your sleep
subject-circadian-rhythm-strength = the strength of your daily rhythm
subject-daily-steps = your daily step count
subject-moderate-minutes = your time of brisk walking or running
subject-resting-heart-rate = your resting heart rate

# What cannot be told: follows "to tell" and "cannot tell".
unknown-total-sleep-time = how long you slept
unknown-sleep-efficiency = how much of your time in bed was sleep
unknown-wake-after-sleep-onset = how long you were awake after falling asleep
unknown-sleep-onset-variability = how regular the time you fell asleep was
unknown-circadian-rhythm-strength = how strong your daily rhythm was
unknown-daily-steps = how many steps you took
unknown-resting-heart-rate = how fast your heart beat at rest

# $head: names with commas between them, or a single name.
list-and = { $head } and { $last }
list-or = { $head } or { $last }

## The opening.

# $dates: of a week; $days: "6 of 7 days".
open-week =
    .plain = { $variant ->
        [0] This is your week from { $dates }.
        [1] Here is your week, { $dates }.
       *[other] Your week, { $dates }, in a few words.
    }
    .detailed = { $variant ->
        [0] Here is your week from { $dates }: { $days } had enough data to count.
        [1] This looks at your week from { $dates }, in which { $days } had enough data to count.
       *[other] Your week from { $dates } is in, with enough data on { $days }.
    }
open-week-undated =
    .plain = Your device has enough data for { $days }.
    .detailed = Here is your week: { $days } had enough data to count.
counted-days =
    .plain = Enough data came in on { $days }.
# $weeks: "11 of 13 weeks".
open-weeks =
    .plain = { $variant ->
        [0] This is about your last weeks: { $weeks } had enough data.
        [1] Here are your last weeks: { $weeks } had enough data.
       *[other] A look back: { $weeks } had enough data.
    }
    .detailed = { $variant ->
        [0] This looks at your last weeks: { $weeks } had enough data to count.
        [1] Here are your last weeks, of which { $weeks } had enough data to count.
       *[other] A look back over the last weeks: { $weeks } had enough data to count.
    }
few-days =
    .plain = Your data covers { $days }, so this is a first impression.
    .detailed = So the data gives a first impression, not the whole picture.
few-weeks =
    .plain = Your data covers { $weeks }, so this is a first impression.
    .detailed = So the data gives a first impression, not the whole picture of your weeks.
# Before the newest week, after the weeks as a whole.
newest-week =
    .plain = What follows is about your newest week, { $dates }.
    .detailed = What follows is about your newest week, { $dates }, of which { $days } had enough data.

## The newest week against what is usual. $amount: the difference; $value: the newest week's.

change-total-sleep-time-more =
    .plain = { $variant ->
        [0] You slept more than usual: { $amount } more a day.
        [1] You slept { $amount } more a day than usual.
       *[other] Your sleep was longer than usual, by { $amount } a day.
    }
    .detailed = { $variant ->
        [0] You slept { $value } a day on average, { $amount } more than usual.
        [1] Your sleep came to { $value } a day on average, { $amount } more than usual for you.
       *[other] With { $value } a day on average, you slept { $amount } more than usual.
    }
change-total-sleep-time-less =
    .plain = { $variant ->
        [0] You slept less than usual: { $amount } less a day.
        [1] You slept { $amount } less a day than usual.
       *[other] Your sleep was shorter than usual, by { $amount } a day.
    }
    .detailed = { $variant ->
        [0] You slept { $value } a day on average, { $amount } less than usual.
        [1] Your sleep came to { $value } a day on average, { $amount } less than usual for you.
       *[other] With { $value } a day on average, you slept { $amount } less than usual.
    }
# The middle of the sleep, a clock time: later, earlier.
change-sleep-midpoint-more =
    .plain = You slept { $amount } later than usual.
    .detailed = The middle of your sleep was at { $value }, { $amount } later than usual.
change-sleep-midpoint-less =
    .plain = You slept { $amount } earlier than usual.
    .detailed = The middle of your sleep was at { $value }, { $amount } earlier than usual.
# $usual: what is usual for the person, as $value is written.
change-sleep-efficiency-more =
    .plain = More of your time in bed was sleep than usual: { $value }.
    .detailed = More of your time in bed was sleep than usual: { $value } instead of { $usual }.
change-sleep-efficiency-less =
    .plain = Less of your time in bed was sleep than usual: { $value }.
    .detailed = Less of your time in bed was sleep than usual: { $value } instead of { $usual }.
change-wake-after-sleep-onset-more =
    .plain = Once asleep, you were awake for { $amount } more than usual.
    .detailed = Once asleep, you were awake again for { $value } in all, { $amount } more than usual.
change-wake-after-sleep-onset-less =
    .plain = Once asleep, you were awake for { $amount } less than usual.
    .detailed = Once asleep, you were awake again for { $value } in all, { $amount } less than usual.
change-sleep-onset-variability-more =
    .plain = The time you fell asleep varied more than usual.
    .detailed = The time you fell asleep varied more than usual: by about { $value } instead of { $usual }.
change-sleep-onset-variability-less =
    .plain = The time you fell asleep varied less than usual.
    .detailed = The time you fell asleep varied less than usual: by about { $value } instead of { $usual }.
change-circadian-rhythm-strength-more =
    .plain = Your daily rhythm was stronger than usual.
    .detailed = Your daily rhythm was stronger than usual: { $value } instead of { $usual }.
change-circadian-rhythm-strength-less =
    .plain = Your daily rhythm was less strong than usual.
    .detailed = Your daily rhythm was less strong than usual: { $value } instead of { $usual }.
# $amount: "400 steps", $value: "9,850 steps a day".
change-daily-steps-more =
    .plain = { $variant ->
        [0] You took { $amount } more a day than usual.
       *[other] Compared with usual, you took { $amount } more a day.
    }
    .detailed = { $variant ->
        [0] You took { $value } on average, { $amount } more than usual.
        [1] Your average was { $value }, which is { $amount } more than usual.
       *[other] With { $value } on average, you took { $amount } more than usual.
    }
change-daily-steps-less =
    .plain = { $variant ->
        [0] You took { $amount } fewer a day than usual.
       *[other] Compared with usual, you took { $amount } fewer a day.
    }
    .detailed = { $variant ->
        [0] You took { $value } on average, { $amount } fewer than usual.
        [1] Your average was { $value }, which is { $amount } fewer than usual.
       *[other] With { $value } on average, you took { $amount } fewer than usual.
    }
change-moderate-minutes-more =
    .plain = You walked or ran briskly for { $amount } more a day than usual.
    .detailed = Brisk walking or running came to { $value } a day, { $amount } more than usual.
change-moderate-minutes-less =
    .plain = You walked or ran briskly for { $amount } less a day than usual.
    .detailed = Brisk walking or running came to { $value } a day, { $amount } less than usual.
# $amount: "3 beats", $value: "61 beats a minute".
change-resting-heart-rate-more =
    .plain = Your resting heart rate was higher than usual, by { $amount }.
    .detailed = Your resting heart rate was { $value }, { $amount } more than usual.
change-resting-heart-rate-less =
    .plain = Your resting heart rate was lower than usual, by { $amount }.
    .detailed = Your resting heart rate was { $value }, { $amount } less than usual.
# $names: one to four subjects in a list; $count: how many, a number.
calm =
    .plain = { $variant ->
        [0] Little was different: { $names } stayed about the same.
        [1] About the same as usual: { $names }.
       *[other] As usual: { $names } stayed about the same.
    }
    .detailed = { $variant ->
        [0] It was a week much as usual: { $names } stayed about the same.
        [1] Much as in your weeks before, { $names } stayed about the same as usual.
       *[other] There was little change: { $names } stayed about the same as usual.
    }
# Beside what has changed.
same =
    .plain = About the same as usual: { $names }.
    .detailed = { $variant ->
        [0] About the same as usual: { $names }.
       *[other] What stayed about the same as usual: { $names }.
    }

## What was measured.

sleep-time =
    .plain = { $variant ->
        [0] You slept { $sleep } a day on average.
        [1] On average, you slept { $sleep } a day.
       *[other] Your sleep was { $sleep } a day on average.
    }
    .detailed = { $variant ->
        [0] You slept { $sleep } a day on average.
        [1] On average, you slept { $sleep } a day.
       *[other] Your sleep came to { $sleep } a day on average.
    }
sleep-efficiency =
    .plain = Of your time in bed, { $share } was sleep.
    .detailed = { $variant ->
        [0] Of your time in bed, { $share } was sleep.
        [1] You were asleep for { $share } of your time in bed.
       *[other] Sleep took up { $share } of your time in bed.
    }
sleep-estimated =
    .plain = Your sleep is estimated, for example from how you moved.
    .detailed = Your device recorded no sleep of its own, so your sleep is estimated from movement and, where recorded, heart rate.
# $steps ends in "steps a day".
# Steps may be walked or run, and some were taken without a device.
steps =
    .plain = { $variant ->
        [0] You took { $steps } on average.
        [1] On average, you took { $steps }.
       *[other] Your average was { $steps }.
    }
    .detailed = { $variant ->
        [0] You took { $steps } on average.
        [1] On average, { $steps } were counted.
       *[other] Your average was { $steps }.
    }
moderate =
    .plain = You walked or ran briskly for { $time } a day.
    .detailed = Of your steps, those at a brisk walk or faster took { $time } a day on average.
wake =
    .plain = Once asleep, you were awake for { $awake } in all.
    .detailed = { $variant ->
        [0] Once asleep, you were awake again for { $awake } in all, on average.
        [1] Between falling asleep and the last waking, you were awake for { $awake } on average.
       *[other] Your time awake after falling asleep came to { $awake } on average.
    }
latency =
    .plain = You fell asleep after { $time } in bed.
    .detailed = It took you { $time } in bed to fall asleep, on average.
onset-steady =
    .plain = You fell asleep at a steady time.
    .detailed = You fell asleep at a steady time, give or take { $spread } from day to day.
onset-varied =
    .plain = The time you fell asleep varied by about { $spread }.
    .detailed = The time you fell asleep varied by about { $spread } from day to day.
onset-wandering =
    .plain = The time you fell asleep varied a lot, by about { $spread }.
    .detailed = The time you fell asleep moved around quite a bit, by about { $spread } from day to day.
midpoint =
    .detailed = The middle of your sleep was at { $time } on average.
regularity =
    .detailed = The regularity of your sleep came out at { $index }; the higher the value, the more alike your sleep is from day to day.
weekend =
    .detailed = Between weekends and other days, the middle of your sleep differed by { $time }.
# The share of one daily wave in the activity: who sleeps four times a day has a fixed pattern, but no
# such wave.
rhythm-alike =
    .plain = Your daily rhythm was strong: your activity followed one daily wave.
rhythm-differing =
    .plain = Your daily rhythm was not strong: your activity did not follow one daily wave.
rhythm =
    .detailed = The strength of your daily rhythm came out at { $index }; the higher the value, the more your activity follows one daily wave.
stability =
    .detailed = The similarity of your daily rhythm from day to day was { $index }; the higher the value, the more alike your days were.
variability =
    .detailed = The fragmentation of your daily rhythm was { $index }; the lower the value, the fewer changes there were between rest and activity.
amplitude =
    .detailed = The contrast between active and restful hours in your daily rhythm was { $index }; the higher the value, the clearer the contrast.
fragmentation =
    .detailed = The fragmentation of your activity was { $index }; the lower the value, the longer you keep moving before you pause.
ratio =
    .detailed = In your daily rhythm, the ratio of restful to active hours was { $index }; the lower the value, the clearer the contrast between them.
heart =
    .plain = Your resting heart rate was { $beats }.
    .detailed = { $variant ->
        [0] Your resting heart rate was { $beats }.
        [1] At rest, your heart rate was { $beats }.
       *[other] Your heart rate at rest came to { $beats }.
    }

## Several weeks.

average-total-sleep-time =
    .plain = Over these weeks, you slept { $value } a day on average.
    .detailed = { $variant ->
        [0] Over these weeks, you slept { $value } a day on average.
       *[other] On average over the weeks, you slept { $value } a day.
    }
# $value ends in "steps a day".
average-daily-steps =
    .plain = Over the same weeks, you took { $value } on average.
    .detailed = { $variant ->
        [0] Over the same weeks, you took { $value } on average.
       *[other] Your steps over the weeks came to { $value } on average.
    }
average-resting-heart-rate =
    .plain = Your resting heart rate was { $value } on average over the weeks.
    .detailed = Your resting heart rate was { $value } on average over the weeks.
# $subject: one of the subjects; $change: the value of a trend, "about 4 min more each week, ...".
trend =
    .plain = There is a trend in { $subject }: { $change }.
    .detailed = { $variant ->
        [0] There is a trend in { $subject }: { $change }.
        [1] Taken together, your weeks show a trend in { $subject }: { $change }.
       *[other] Over the weeks, { $subject } changed steadily: { $change }.
    }
# $change: the value of a shift, "from 7 h to 6 h, since the week of 8 June".
shift =
    .plain = Over the weeks, { $subject } changed: { $change }.
    .detailed = { $variant ->
        [0] At one point, { $subject } changed: { $change }.
        [1] There is a step in { $subject }: { $change }.
       *[other] Over the weeks, { $subject } went { $change }.
    }

## Beside what is published. $reference: "7 h or more", "7 h to 8 h"; $whose: young or adult.

reference-total-sleep-time-below =
    .plain = Your average sleep is below the recommended { $reference } for { $whose ->
        [young] people of your age
       *[adult] adults
    }.
    .detailed = Your average sleep is below the recommended { $reference } a day for { $whose ->
        [young] people of your age
       *[adult] adults
    }.
# By a few minutes.
reference-total-sleep-time-near =
    .plain = Your average sleep is just below the recommended { $reference } for { $whose ->
        [young] people of your age
       *[adult] adults
    }.
    .detailed = Your average sleep is just below the recommended { $reference } a day for { $whose ->
        [young] people of your age
       *[adult] adults
    }.
reference-total-sleep-time-met =
    .plain = Your average sleep meets the recommended { $reference } for { $whose ->
        [young] people of your age
       *[adult] adults
    }.
    .detailed = Your average sleep meets the recommended { $reference } a day for { $whose ->
        [young] people of your age
       *[adult] adults
    }.
reference-total-sleep-time-above =
    .plain = Your average sleep is above the recommended { $reference } for { $whose ->
        [young] people of your age
       *[adult] adults
    }.
    .detailed = Your average sleep is above the recommended { $reference } a day for { $whose ->
        [young] people of your age
       *[adult] adults
    }.
reference-sleep-efficiency-below =
    .detailed = The share of your time in bed that was sleep is below the recommended { $reference } for adults.
reference-sleep-efficiency-met =
    .detailed = The share of your time in bed that was sleep meets the recommended { $reference } for adults.
# Only met: steps see walking and running, and there are other ways to be active.
reference-moderate-minutes-met =
    .plain = Your brisk walking or running meets the recommended { $reference } a day for adults.
    .detailed = Your brisk walking or running alone meets the recommended { $reference } a day for adults.

## What is not known. $names: two to four of the unknowns in a list, or one.

lacking =
    .plain = There was not enough data to tell { $names }.
    .detailed = There was not enough data this time to tell { $names }.
untold =
    .plain = What your device recorded cannot tell { $names }.
    .detailed = What your device recorded cannot tell { $names }; that is left open, not guessed.
coverage =
    .plain = There is data for { $share } of the time.
    .detailed = There is data for { $share } of the time; the rest is left open, not guessed.

## What the person might try. Offers, for whom they suit.

try-night-wear =
    .plain = If you have a watch, wearing it in bed would show more.
    .detailed = { $variant ->
        [0] If you have a device to wear, wearing it while you sleep would let the next summary say more about your sleep.
       *[other] If it is comfortable for you, wear a device while you sleep; the next summary can then say more about your sleep.
    }
try-wear =
    .plain = Wearing or carrying your device more would show more.
    .detailed = { $variant ->
        [0] A fixed moment for charging, and wearing or carrying your device the rest of the day, would make the next picture fuller.
       *[other] The more of the day you wear or carry your device, the more the next summary can tell you.
    }
try-more-sleep =
    .plain = { $variant ->
        [0] If you would like more sleep, try a little more time for it.
       *[other] If there is room, try a little more time for sleep.
    }
    .detailed = { $variant ->
        [0] If you would like more sleep, a little more time for it, where your days allow that, is a gentle way to start.
       *[other] If you feel you could use more sleep, start small: a little more time in bed on the days that allow it.
    }
# For short sleep, where more time in bed is nothing to offer.
try-rest =
    .plain = If a chance to rest comes up, feel free to take it.
    .detailed = { $variant ->
        [0] If a chance to rest comes up, feel free to take it.
       *[other] Short rests count too: where a chance for one comes up, feel free to take it.
    }
try-regular =
    .plain = If your days allow it, try going to sleep at similar times.
    .detailed = { $variant ->
        [0] Where your days allow it, going to sleep at similar times is worth a try.
       *[other] Where you have the choice, try to keep your bedtime similar, on days off as well.
    }
try-quiet =
    .plain = If you can, try a dark and quiet place to sleep.
    .detailed = { $variant ->
        [0] If it is in your hands, a cool, dark and quiet place to sleep is worth a try.
       *[other] Where you can, make the place where you sleep cool, dark and quiet.
    }
try-walk =
    .plain = If it suits you, try a short walk in daylight.
    .detailed = { $variant ->
        [0] If it suits you, a short walk in daylight is an easy way to move a little more.
       *[other] If you feel like moving a little more, a short walk in daylight is a start.
    }
try-continue =
    .plain = With more data, the next weeks can be compared with this one.
    .detailed = If you keep wearing or carrying your device, the weeks to come can be compared with this one.
# Only where a published threshold for it is crossed.
professional =
    .plain = You could mention { $subject } to a health professional.
    .detailed = When you next see a health professional, you could mention { $subject } to them.

## The push notification: nothing about the person in it.

push-title = Your new insight is ready
push-body = Open the app to read it.
