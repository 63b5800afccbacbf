"""How English sets one number against another, and says that something has moved."""

from __future__ import annotations

import re

from clarity.domain.words.languages.language import Relations

_COMPARED = r"(?:more|less|fewer|longer|shorter|later|earlier|higher|lower|greater|smaller)"
_EARLIER = (
    r"(?:weeks?|months?|time|nights) (?:just )?(?:before|earlier|prior)|"
    r"(?:earlier|previous|prior|preceding|former|other) (?:weeks|months)"
)
_USUAL = (
    r"\b(?:(?<!as )usual(?:ly)?|(?:un)?typical(?:ly)?(?! (?:day|night))|ordinar(?:y|ily)|"
    r"habitual(?:ly)?|"
    r"your (?:own )?(?:norm|baseline|habits?)|" + _EARLIER + r"|before (?:that|this|now|then)|"
    r"(?:than|as|was|were|like) before|before(?=[.,;]|$)|previously|formerly|so far|until now|"
    r"up to now|used to|tend(?:s|ed)? to|as a rule|most weeks|normally|generally)\b"
)

_MOVING = r"(?:fall|ris|drop|climb|grow|shrink|increas|decreas|declin|slip|creep)ing"
RELATIONS = Relations(
    breaks=re.compile(
        r",(?!\d)|[;()]|:(?!\d)|[.!?](?=\s|$)|\s-\s|\b(?:and|(?<!anything )but|while|whereas|"
        r"although|though|"
        r"(?P<against>than|compared (?:with|to)|against|versus|instead of|rather than)|which|yet|"
        r"so(?! (?:that|far|much|long|late|early|little|many|few|as))|"
        r"with)\b"
    ),
    usual=re.compile(_USUAL),
    origin=re.compile(r"\bfrom\s+(?:(?:about|around|roughly|an?|your|the)\s+)*$"),
    reference=re.compile(
        r"\b(?:recommend\w*|advis(?:ed|able)|suggested|guidelines?|reference|published|"
        r"(?:for|in) (?:most |healthy )?(?:adults|teenagers|people of your age)|adults?|experts)\b"
    ),
    span=re.compile(
        r"\b(?:over|across|throughout|during|in|for|of|within|from)\s+(?:(?:the|these|those|all|"
        r"your|same|last|past|recent|latest|whole|full|entire|of|few|several|\d+|two|three|four|"
        r"five|"
        r"six|seven|eight|nine|ten|eleven|twelve|thirteen)[ -])*(?:weeks|months?)\b|"
        r"\b(?:whole|entire|full|same|this) (?:period|time)|all (?:the |these |your )?weeks\b|"
        r"\b(?:month's|months'|these weeks|this month|"
        r"monthly|(?:\d+|four|thirteen|several)-week|"
        r"(?:weeks|months?) (?:together|as a whole|combined))\b"
    ),
    pace=re.compile(
        r"\b(?:(?:a|per|each|every|by the) week|week (?:by|after|on|to|for) week|weekly|"
        r"from (?:one )?week to (?:the next|week))\b"
    ),
    apart_after=re.compile(
        rf"^\s*(?:(?:(?:a|per|each|every) (?:day|night|week)|on average|in all|asleep|awake|in "
        rf"bed|"
        rf"of (?:sleep|movement|walking)|of)\s+)*(?:{_COMPARED}|above|below|under|beyond|"
        r"short of|ahead of|behind|extra|further|additional|apart|(?:of )?(?:a )?difference|"
        r"change|gap|(?:over|up on|down on) (?:your|the|what)(?: you)? (?:own )?usual\w*|up\b(?! "
        r"to)|down(?! to))\b"
    ),
    apart_before=re.compile(
        r"(?:(?<!interrupted )(?<!followed )(?<!broken )\bby|\b(?:differences? (?:of|is|was)|"
        r"change of|gap (?:of|is|was)|another|extra|"
        r"additional|"
        r"down|(?<!took )(?<!takes )(?<!made )(?<!makes )(?<!woke )(?<!wake )(?<!waking )"
        r"(?<!got )(?<!get )up|gained|lost|added|(?:in|de)crease of|decline of|growth of|"
        r"reduction of|climb of|drop of|rise of|fall of|dip "
        r"of|gain of|loss of|plus|minus|"
        r"difference comes to)|[+-])\s*(?:(?:about|around|roughly|some|nearly|almost|"
        r"approximately|"
        r"an?|just|over|~)\s*)*$"
    ),
    up=re.compile(
        r"\b(?:(?<!once )(?<!any )more|longer|higher|greater|larger|bigger|later|extra|additional|"
        r"rose|risen|ris(?:e|es|ing)|increas\w*|grew|grown|grow(?:s|ing)?|climb\w*|gain(?:ed|s)?|"
        r"stronger|strengthen\w*|upwards?|exceed\w*|lengthen\w*|added(?! up)|jump\w*|above|beyond|"
        r"tops?|surpass\w*|outd[oi]\w*|beats? (?=the|your|what)|pass(?:es|ed) the|"
        r"picked up|(?:is|was|were|went|go(?:es|ing)?|are|been|moved|crept|edged|inched|trended|"
        r"trending|gone|nudged|ticked|heading|drifted) (?:\w+ )?up|up (?:by|on|from)|"
        r"(?<=\d )up|(?:min|minutes|h|hours|steps|%|points|percent) up(?! to)|"
        r"over (?:your|what you) usual\w*)\b"
    ),
    down=re.compile(
        r"\b(?:less|fewer|shorter|lower|lowered|smaller|earlier(?! (?:weeks|months))|"
        r"fell(?! asleep)|fall(?:en|s|ing)?(?! asleep)|drop\w*|decreas\w*|declin\w*|shr[aiu]nk\w*|"
        r"reduc(?:ed|tion\w*|es)|weaker|weaken\w*|short (?:of|by)|shorten\w*|downwards?|lost|"
        r"dip\w*|"
        r"slipp?\w*(?! into)|sank|sunk|eased|slow(?:er|ed)|below|under|behind|"
        r"(?:is|was|were|went|go(?:es|ing)?|are|been|moved|crept|came|edged|inched|trended|"
        r"trending|gone|nudged|ticked|heading|drifted) (?:\w+ )?down|down (?:by|on|from)|"
        r"(?:min|minutes|h|hours|steps|%|points|percent) down)\b"
    ),
    same=re.compile(
        r"\b(?:nothing (?:much |else |really )?(?:has |had )?(?:chang\w*|moved|shifted)|little "
        r"(?:was|is|has been|seems) "
        r"(?:different|new)|(?:about |much |roughly |nearly |almost |just |exactly )?the same(?! "
        r"(?:each|every) )(?! "
        r"(?:time|pattern|weeks|months|week|"
        r"hours?|bedtime|moment|way|place|routine|rhythm))|unchanged|no (?:real |clear |big "
        r")?change|"
        r"(?:not|n't|hardly|barely|scarcely|little) chang\w*|(?:as|like) (?:usual|always|before)|"
        r"as (?:in|during) (?:the|your) (?:weeks|months?|time)|"
        r"similar to|(?:in line|on par|level|in step|in keeping|consistent) with|"
        r"(?:stay|remain|held|hold|kept|keep|was|were|is|are|been)\w* (?:\w+ )?(?:steady|stable|"
        r"constant|level|flat|consistent|similar|even|close to (?:your|the|its) usual)|"
        r"within (?:your|the|its|their) usual|(?:match|equal)\w* (?:your|the) (?:usual|typical)|"
        r"where (?:it|they) (?:usually |normally )?(?:is|are|was|were)|no different|"
        r"neither (?:more|up|longer|higher)|close to (?:your|the|its|what is) (?:own )?usual|"
        r"(?:about|much|roughly|around) (?:the|your) usual)\b"
    ),
    moved=re.compile(
        r"\b(?:(?<!not )(?<!n't )(?<!nothing )(?<!nothing has )(?<!hardly )(?<!barely "
        r")(?<!little )chang(?:ed|ing)|"
        r"differ(?:ed|s)? from|(?<!little )(?:is|was|were|quite|very) different|different from|"
        r"unlike|for once|finally|at last|out of the ordinary|exception\w*|other than usual|"
        r"unusual(?:ly)?|turning point|"
        r"shift(?:ed|ing)|drift\w* (?:apart|later|earlier|away)|catch\w* up|caught up|widen\w*|"
        r"narrow\w*|new level|(?:a|one|some|another|clear|small|big|slight) change)\b"
    ),
    steadier=re.compile(
        r"\b(?:more (?:regular|steady|even|consistent|stable|alike|settled|predictable)|steadier|"
        r"less (?:variable|varied|irregular|scattered|uneven)|(?:varied|moved around|wandered) "
        r"less|"
        r"steadied|settled down)\b"
    ),
    unsteadier=re.compile(
        r"\b(?:less (?:regular|steady|even|consistent|stable|alike|settled|predictable)|"
        r"more (?:variable|varied|irregular|scattered|uneven)|(?:varied|moved around|wandered) "
        r"more)\b"
    ),
    neutral=re.compile(
        rf"\bthe (?:{_COMPARED}|stronger|closer|larger|steadier)\b[^.;]*?\bthe (?:{_COMPARED}|"
        r"clearer|closer|stronger|larger|steadier|better)\b|"
        r"\b(?:a )?(?:higher|lower|larger|smaller) (?:values?|numbers?|figures?|"
        r"scores?)\b[^.;]*?\b(?:means?|"
        r"stands?|shows?|says?|tells?)\b(?![^.;]*usual)[^.;]*|"
        r"\ba?\s?(?:higher|lower|larger|smaller|greater) (?:value|number|figure|score|result)s?\b|"
        r"\b(?:numbers?|figures?|values?|facts?|sentences?|text) below\b|\bmore or less\b|\bno "
        r"(?:more|less|fewer|longer|earlier|later) than\b|"
        r"\b(?:say|tell|tells|know|learn|see|shows?|read) (?:you )?(?:(?:a )?(?:little |bit |lot "
        r")?)?"
        r"more\b|\bmore (?:about|data|days of data|nights of data|detail|to (?:say|see|tell|"
        r"learn)|"
        r"active hours|weeks|nights (?:are|with|of))\b|\bany more\b|\bonce more\b|\bmore than "
        r"once\b|"
        r"\bsooner or later\b|\blonger (?:view|period|stretch|look)\b|\bbroken up\b|"
        r"\bf[ae]ll(?:s|ing|en)? (?:at|on|in|within|into)\b|\bf[ae]ll(?:s|ing|en)? (?:\w+ "
        r")?short\b|"
        r"\bunder way\b|\brise in the morning\b"
    ),
    lasting=re.compile(
        rf"\b(?:(?:keeps?|kept|keeping|continu\w+|goes on|still|been|constantly) (?:to |on "
        rf")?{_MOVING}|"
        r"for (?:some |several |many |a few )?(?:weeks|months)|more and more|less and less|"
        r"trend\w*|"
        r"week (?:by|after) week|ever (?:more|less|shorter|longer)|"
        rf"(?:is|are|was|were) (?:slowly |steadily |gradually )?{_MOVING})\b(?! asleep)"
    ),
    denied=re.compile(
        r"\b(?:not|never|nor|neither|no longer|without|anything but|far from|rather than|"
        r"instead of)\b|n't\b"
    ),
    meets=re.compile(
        r"\b(?P<not>(?:not|n't|never|without|short of|falls?|fell) (?:\w+ )?)?(?:meet(?:s|ing)?|"
        r"met|"
        r"reach(?:es|ed|ing)?|within (?:the|what|this) (?!last|past|week|usual|day|night)|"
        r"(?:in line|in keeping|consistent) with (?:the |what |published |recommended )|"
        r"match(?:e[sd]|ing)?|fits? (?:within|into|in|the|what)|fulfil\w*|satisf\w+|as "
        r"recommended|"
        r"inside the|hits?|cover(?:s|ed) the recommend\w*|fall(?:s|ing)? (?:within|in|inside) "
        r"the)\b"
    ),
    misses=re.compile(
        r"\b(?:outside (?:of )?(?:the|what)|miss(?:es|ed|ing)? the|f[ae]lls? (?:\w+ )?short|"
        r"short of (?:the|what)|out of (?:the )?range|off the (?:recommended|range))\b"
    ),
)
