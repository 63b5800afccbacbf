"""What the check knows about English."""

from __future__ import annotations

import re

from clarity.domain.words.languages import offers
from clarity.domain.words.languages.english_limits import (
    ADVISED,
    CAUSES,
    INJECTED,
    JUDGING,
    KIND,
    PROFESSIONAL,
    TIMES,
    UNSAFE,
)
from clarity.domain.words.languages.english_numbers import NUMBERS
from clarity.domain.words.languages.english_relations import RELATIONS
from clarity.domain.words.languages.english_words import knows, states
from clarity.domain.words.languages.language import Language

_NOT_ONSET = r"(?<!fall )(?<!falls )(?<!falling )(?<!fell )(?<!fallen )(?<!once )(?<!getting )"

_STEADY = (
    r"(?<!more )(?<!less )(?<!how )(?<!not )(?<!not very )\b(?:steady|regular|consistent|similar|"
    r"stable|alike|the same time|much the same|little variation|hardly varied|varied little)\b"
)
_UNSTEADY = (
    r"\b(?:(?<!more )(?<!less )(?<!how )irregular\w*|not (?:very )?(?:steady|regular|consistent|"
    r"similar|"
    r"stable|alike)|varied (?:a lot|widely|greatly|much|quite a bit)|moved around (?:a lot|quite)|"
    r"wild\w*|all over|scattered|unsteady|no fixed)\b"
)
_STRONG = (
    r"(?<!more )(?<!less )(?<!how )(?<!not )(?<!not very )\b(?:strong|clear|pronounced|"
    r"(?:much )?the same pattern)\b"
)
_WEAK = r"\b(?:not (?:very )?(?:strong|clear|pronounced)|weak|loose|no (?:fixed|clear) pattern)\b"
_MUCH_DATA = (
    r"\b(?:most of (?:the|your) (?:week|time|days)|(?:fairly |nearly |almost )?complete|"
    r"full (?:picture|week)|nearly all|almost all|all of (?:the|your) (?:week|time|days))\b"
)
_LITTLE_DATA = (
    r"\b(?:hardly any|little data|few days|(?:much|most) of (?:the|your) (?:week|time|days)? ?"
    r"(?:is|was) (?:missing|left))\b"
)


def _respelled(text: str) -> str:
    return text.replace("per cent", "percent")


LANGUAGE = Language(
    code="en",
    respell=_respelled,
    letters="",
    marks="",
    telling=re.compile(
        r"\b(?:the|you|your|you're|of|to|were|are|is|it|for|and|there|this|that|may|can|with|on|"
        r"in|"
        r"was|a|an|how|not|so|at|each|every|about|from|by|no|has|had|have|than|more|less|these|if|"
        r"one|all|some|enough|what|which|when|while|but|or|as|out|since)\b"
    ),
    knows=knows,
    states=states,
    numbers=NUMBERS,
    relations=RELATIONS,
    subjects={
        "quality": re.compile(
            r"\b(wear\w*|wore|worn|device|watch|phone|data|record\w*|measur\w*|count\w*|"
            r"charg\w+|cover\w*|week|weeks|picture|summary|overview|based|gaps?|impression|first "
            r"look|"
            r"dates)\b"
        ),
        "sleep": re.compile(
            r"\b(sleep\w*|slept|asleep|nights?|nightly|bed|bedtimes?|bedroom|awake|wak\w+|woke|"
            r"overnight|rests?|lights|wind\w* down|(?:drift|nod|dropp?)\w* off|turn\w* in|"
            r"get(?:ting)? up|doz\w+|"
            r"screens?|"
            r"tonight|"
            r"evenings?|pillows?|mattress|room|relax\w*)\b"
        ),
        "rhythm": re.compile(
            r"\b(rhythms?|patterns?|contrast|ratio|restful|hours|times|active hours|fragment\w*|"
            r"day and "
            r"night|day to day|daily|days|routine|regular\w*)\b"
        ),
        "activity": re.compile(
            r"\b(steps?|walk\w*|activ\w+|mov\w+|exercis\w+|strolls?|brisk\w*|sit\w*|"
            r"get(?:ting)? up|stairs)\b"
        ),
        "heart": re.compile(r"\b(heart|pulse|beats?)\b"),
    },
    claims={
        "heart": re.compile(r"\b(?:heart|pulse|beats?)\b"),
        "activity": re.compile(
            r"\b(?:steps|walked|walking|you walk|brisk\w*|moved more|moved less)\b"
        ),
        "sleep": re.compile(r"\b(?:slept|asleep|awake|woke)\b"),
    },
    names={
        "total_sleep_time": re.compile(
            r"\bslept\b|\bsleeping\b|\bsleep\b(?! (?:efficien|regular|onset|mid|timing|schedule))|"
            rf"{_NOT_ONSET}\basleep\b|\bshut-?eye\b|"
            r"(?<!during )(?<!in )(?<!of )(?<!through )(?<!at )\b(?:your|these|average|typical|"
            r"all|"
            r"shorter|longer) nights?\b|"
            r"\bnights?\b(?= (?:of|were|was|are|averaged|lasted|last|held|came|had|have|gave|got))"
        ),
        "sleep_efficiency": re.compile(
            r"\befficien\w+|\b(?:in|to) bed\b|\b(?:of|in) (?:the|your|each|every|a) "
            r"night\b|\bwas sleep\b|\bspent sleeping\b"
        ),
        "wake_after_sleep_onset": re.compile(r"\b(?:awake|wak(?:e|ing|eful)\w*|woke)\b"),
        "sleep_onset_latency": re.compile(
            r"\b(?:to|before|until|while|of|for) (?:you )?(?:fall(?:ing)?|fell) asleep\b|"
            r"\basleep (?:after|within|in)\b|\bdrift\w* off\b|\bdrop\w* off\b|"
            r"\bnod\w* off\b|\b(?:get|getting|go|going) to sleep\b|"
            r"\bbefore (?:you )?(?:sleep|slept|sleeping)\b|\bfalling asleep (?:took|takes)\b|"
            r"\buntil (?:you )?(?:were|are|had fallen|fell) asleep\b|\buntil sleep\b|"
            r"\b(?:took|takes|needed|need|until|time) (?:[^,;]* )?to sleep\b|"
            r"\bsleep (?:came|arrived) (?:after|within)\b"
        ),
        "awakenings": re.compile(r"\b(?:awak\w*|wak\w*|woke\w*|interrupt\w*)\b"),
        "sleep_midpoint": re.compile(
            r"\b(?:mid(?:dle|-?point)?|half ?way|cent(?:re|er)(?:e?d)?|later|earlier)\b"
        ),
        "sleep_onset_variability": re.compile(
            r"\b(?:var(?:y|i)\w*|(?:ir)?regular\w*|stead\w*|similar\w*|bedtimes?|moved? around|"
            r"differ\w*|wander\w*|consisten\w*|spread|scatter\w*|give or take|shift\w*|"
            r"same time|times? (?:of|you) f[ae]ll\w* asleep)\b"
        ),
        "social_jet_lag": re.compile(
            r"\b(?:(?:free|work(?:ing)?|rest) ?days?|days off|weekends?|weekdays?|jet ?lag)\b"
        ),
        "sleep_regularity_index": re.compile(r"\b(?:(?:ir)?regular\w*|consisten\w*|similar\w*)\b"),
        "circadian_rhythm_strength": re.compile(r"\b(?:streng\w*|strong\w*|pronounced|clear\w*)\b"),
        "interdaily_stability": re.compile(
            r"\b(?:similar\w*|alike|stab\w+|stead\w*|repeat\w*|regular\w*|day to day|"
            r"from one day to the next)\b"
        ),
        "intradaily_variability": re.compile(
            r"\b(?:fragment\w* of (?:your|the) (?:daily |day's )?rhythm|rhythm (?:\w+ "
            r"){0,3}fragment\w*|fragment\w*|variab\w+|"
            r"broken|"
            r"switch\w*)\b"
        ),
        "relative_amplitude": re.compile(r"\b(?:contrast\w*|amplitude|differ\w*)\b"),
        "rest_activity_ratio": re.compile(r"\b(?:ratio|contrast)\b"),
        "m10": re.compile(r"\b(?:most active|busiest|active hours)\b"),
        "l5": re.compile(r"\b(?:restful|quiet\w*|calm\w*|least active)\b"),
        "daily_steps": re.compile(r"\b(?:steps?|walk\w*|strode|on foot|paces)\b"),
        "moderate_minutes": re.compile(
            r"\b(?:moderate\w*|brisk\w*|exercis\w*|(?:active|activity|movement) minutes|"
            r"minutes of (?:activity|movement))\b"
        ),
        "activity_fragmentation": re.compile(
            r"\b(?:fragment\w* of (?:your|the) (?:daily )?activity|activity (?:\w+ "
            r"){0,3}fragment\w*|fragment\w*|broken|paus\w+|"
            r"interrupt\w*|"
            r"stop\w*)\b"
        ),
        "resting_heart_rate": re.compile(r"\b(?:rest|resting)\b"),
        "coverage": re.compile(r"\b(?:data|record\w*|wear\w*|wore|worn|cover\w*|measur\w*)\b"),
        "valid_days": re.compile(
            r"\b(?:data|record\w*|wear\w*|wore|worn|cover\w*|measur\w*|count\w*)\b"
        ),
    },
    times=TIMES,
    advised=ADVISED,
    offers=offers.ENGLISH,
    tells=re.compile(
        r"\b(?:was|were|has|have|had|did|slept|walked|took|moved|woke|went|rose|fell|dropped|grew|"
        r"increased|decreased|declined|shrank|gained|lost|came|got|changed|stayed|remained)\b"
    ),
    personal=re.compile(r"\b(?:you|your(?! age\b))\b"),
    unknown=re.compile(
        r"\b(?:neither\b[^.;]*\b(?:could|can) be (?:told|known|measured|said)|"
        r"not (?:(?:quite|yet|really|be|been) )?(?:enough|known|sure|measured|recorded|counted|"
        r"available|"
        r"possible|clear|seen|captured|told|include\w*)|too (?:little|few)(?! to\b)|unknown|"
        r"unclear|"
        r"uncertain|"
        r"(?:left|leave|stays?|remains?) open|no (?:data|records?|recording|value|figure|reading|"
        r"information|answer|way|(?:\w+ ){1,4}(?:was|were|is|are|has been|have been|could be) "
        r"(?:recorded|"
        r"measured|available|known|seen|found|captured))|(?:could|can) ?not|cannot|can't|"
        r"couldn't|unable|missing|"
        r"(?:do|does|did|has|have|had)(?:n't| not) (?:yet )?(?:know|record\w*|measure\w*|tell|"
        r"told|show|"
        r"say|track\w*|capture\w*|hold|allow|include)|isn't (?:known|enough|clear)|impossible|"
        r"lack(?:s|ed|ing)?|(?:records?|recorded|measures?|measured) no|"
        r"nothing (?:\w+ ){0,4}(?:can|could|tells?|shows?|says?)|"
        r"(?:need|needs|needed|takes?) (?:a (?:few|little) )?(?:more|at least|\d+) ?(?:data|"
        r"nights?|"
        r"days?|weeks?))\b"
    ),
    too_little=re.compile(
        r"\b(?:not (?:yet )?enough|too (?:little|few)(?! to\b)|isn't enough|wasn't enough|"
        r"weren't enough|"
        r"more (?:data|nights?|days?|weeks?)|insufficient)\b"
    ),
    cannot_tell=re.compile(
        r"\b(?:(?:device|watch|phone|tracker|it)s? (?:\w+ )?(?:can ?not|can't|could ?n[o']t|does "
        r"?n[o']t|"
        r"did ?n[o']t|do ?n[o']t|has no|have no|had no|is not able|isn't able|lacks|records? no|"
        r"recorded no|measures? no)|cannot be measured|no (?:sensor|device))\b"
    ),
    estimated=re.compile(r"\b(?:estimat\w*|inferred|derived from)\b"),
    unsafe=UNSAFE,
    judging=JUDGING,
    kind=KIND,
    professional=PROFESSIONAL,
    causes=CAUSES,
    injected=INJECTED,
    qualities={
        "sleep_onset_variability": (re.compile(_STEADY), re.compile(_UNSTEADY)),
        "sleep_regularity_index": (re.compile(_UNSTEADY), re.compile(_STEADY)),
        "interdaily_stability": (re.compile(_UNSTEADY), re.compile(_STEADY)),
        "circadian_rhythm_strength": (re.compile(_WEAK), re.compile(_STRONG)),
        "coverage": (re.compile(_LITTLE_DATA), re.compile(_MUCH_DATA)),
        "valid_days": (re.compile(_LITTLE_DATA), re.compile(_MUCH_DATA)),
    },
)
