"""The English words that a text may use: everyday words and the measures' own.

The list is closed. It holds no organ, no illness, no food, no substance, no feeling that a person
might be told to have, and no name: what nobody thought of when the list of unsafe words was
written is not here either.
"""

from __future__ import annotations

from functools import lru_cache

from clarity.domain.words.languages.english_numbers import MONTHS, NUMBER_WORDS

_LIST = """
    a able about above absence absent accompany accord according account accumulate accurate
    accustomed achieve across act action active activity actual actually adapt add addition
    additional additionally adds adjust adopt adult adults advance advice advise afar afresh after
    afternoon afternoons afterwards again against age ago agree ahead aim air alert align aligned
    alike all allow almost alone along alongside already alright also alter alternate alternating
    although altogether always am amid among amount amounted amounting amounts amplitude an anchor
    anchored and anew another answer any anybody anyone anything anyway anywhere apart apiece
    apparently appear appearance apply appreciate approach approximate approximately april apt are
    area aren't around arrange array arrive as aside ask asleep aspect assess assume at atop
    attempt attention audiobook august autumn available average averaged avoid await awake awaken
    awakening aware away awhile back background bag balance balanced balcony band bank banked bar
    barely base baseline basic basis basket bath battery be beach bear beat became because become
    bed bedclothes bedding bedroom bedsheet bedside bedtime been before beforehand began begin
    beginner beginning begins begun behave behind being belong below bend beneath beside besides
    best better between beyond bicycle big bigger bike bit bitten blank blanket blend blinds block
    blue book border bore borne both bottom bought bounce bounced bound boundary bout box bpm brace
    bracelet break breakdown breakfast breakthrough brief briefly bright brighten brighter bring
    brings brisk broad broadly broke broken brought build built bulb bunch burnt burst bus busier
    busiest busy but button by cable calculate calendar call calm calmer calmest came can can't
    candle cannot cap capture car careful carry case casual catch caught center central centre
    certain chair chance change channel chapter charge chargeable charger charging chart chat check
    choice choose chosen chunk chunkier circle city clean clear clearer clearly clearness climb
    climbs clip clock clock-in clocked clockwork close closely closer closest closing cloud cloudy
    club cluster coarse coat coincide cold colder colleague colleagues collect color colour column
    combine come comes comfort comfortable comfortably coming commitment common commute compact
    companion company comparable comparatively compare comparison complement complete completely
    completeness compressed comprise concise conclude condense confident confirm connect
    consecutive consecutively consider considerably consist consistency consistent consistently
    constant constantly contain content continue continuous contrast contrastive contribute control
    convenient convey cool cooler corner correct correspond corresponds cosy couch could count
    counted counter counterpart counts couple course cover coverage covers cozy create credit creep
    crept cue curiosity curious current currently curtain curtains curve cushion custom cycle daily
    dance dark darken darkened darker darkness dash data dataset date dawn day daylight daylong
    daytime deal dealt december decide decided decimal decline decrease deepen definite degree
    delay deliver demand density depend depict describe desk despite detail details detect
    determine develop deviate deviation device dial diary did differ difference different
    differently difficult dim diminish dimmed dimmer dinner dip direct direction disappear discover
    display distance distinct distinctly distribute distribution disturb divide do does dog
    dominated don't done dot double down downhill downswing downtime downturn downward doze dozed
    dozen dozing draw drawer drawn drew drift drifted drifting driven drop dropping drove drowse
    dry due dug dull duration during dusk duvet each earlier earliest early earn earplugs ease
    easier easily easing easy echo edge effect efficiency efficient effort eight eighteen eighties
    eighty either elapse electronic elevate elevator eleven else elsewhere emerge employ empty
    enable encountered encourage end ends engaged engagement enjoy enough ensuing enter entire
    entirely entry environment episode equal equivalent errand errands especially establish
    estimate estimation etc even evening evenly evenness evens event eventful eventually ever every
    everybody everyday everyone everything everywhere evident evidently exact exactly example
    exceed except excluding exercise exist expand expect expert experts explore extend extending
    extent extra eye fact facts fade fair fairly fairness fall fallen familiar family far farther
    fast faster favorite favour favourite february feel feeling feet fell felt fetch few fewer
    fewest field fifteen fifties fifty figure figures file fill final finally find fine fine-tune
    finer finish firm first fit fitted five fix fixed flat flexible flicker flight floor flow flown
    fluctuate fluctuated fluctuating fluctuation focus fold folder follow foot footing footstep
    footsteps for fore forest forget form former formerly forming forth forties fortnight forty
    forward fought found four fourteen fraction fragment fragmentation fragmented frame framework
    free frequent frequently fresh freshly friday friend friends from front frozen full fuller
    fullest fully fun function further furthermore future gadget gain gap garden gather gauge gave
    general generally gentle gently genuine get gets give given gives glad gladly glance glimpse go
    goal goes going gone good got gotten grab gradual gradually graph grasp great greater green
    grew grip ground group grow grown guess guidance guide guideline habit had half halfway hall
    hallway halves hand handful handle hands-on handy hanging happen happy hard hardly has hasn't
    have haven't head heading headline hear heard heart heartbeat held hello help helpful hence her
    here hi hidden high higher highlight highs hike hill hills hint his history hit hold holiday
    home hop hope hopped hour hourly house hover hovered hovering how however hum hundred hung
    hurry idea identical if ignore imagine impression improve in inactive include incomplete
    inconsistent incorporate increase increment indeed independent index indicate indication
    indicator individual information infrequent initially inner inside insight instance instant
    instead intact intensity interest interested interesting interfere intermittent interrupt
    interruption interruptions interval into introduce invitation invite irregular irregularity
    irregularly is isn't it item its itself jacket january jog join journey judge july jump june
    just keen keep keeps kept key keys kind kinder kindly kitchen knelt knew knit know knowledge
    known lack laid lain lake lamp lamps land landed lands laps large larger last lasted lasting
    lasts late lately latency later latest latter lay layer lead leaf lean leant learn learnt least
    leave leaves led left leisurely length lengthen lengthy lent less lessen lesser let lets letter
    level library lid lie lift light lighter lighting lightly lights like likely likewise limit
    line linger link list listen lit little live lively local locate location log logged logic long
    longer look loop loose lose lost lot lots loud louder low lower lowest lows lullaby lunch
    lunchtime lying made magazine main mainly maintain majority make makes manage manner many march
    mark marked markedly market mass match matter mattered matters mattress maximum may maybe
    meadow mean meander meaning meant meanwhile measure measured measurement median meet meeting
    mellow melody melt member mention menu mere merely met method mid midday middle midmorning
    midnight midpoint midway midweek might mild milestone millisecond minimum minor minute mirror
    miss missing mix mixed mode moderate moderately modest moment momentary monday month monthly
    more moreover morning morningtime most mostly motion motionless move movement moving much
    multiple music must narrow natural nature near nearby nearer nearly neat necessary need
    neighbor neighborhood neighbour neighbourhood neither nestle never nevertheless new newer
    newest newly next nice night night's nightly nights nightstand nighttime nine nineteen ninety
    no nobody nod nodded nodding noise noisy non none nonetheless noon nor normally not notable
    notably notched note notebook notes nothing notice noticeable noticeably noticed noting novel
    november now nowadays nowhere nuance nudge nudged number numbered numbers numeric numerous
    o'clock observation observe obvious occasion occasional occupy occur october of off offer
    office offset often okay on once one oneself only onset onto onwards open opening opportunity
    opposite option or orange order ordinary organise organize origin originally other otherwise
    our ourselves out outdoor outdoors outing outline outside outward over overall overlap overlook
    overnight overslept overview own pace paced page pages paid paint pair pajamas park part
    partial partially particular particularly partly pass past path pattern pause pauses pavement
    pay peaceful peak peek pen pencil people per percent percentage percentages perhaps period
    permit person personal phase phone phones phrase pick picture piece pillow pin pinned place
    plain plainly plan planner play pleasant pleasantly please pleased pleasing plenty plot plug
    plus pocket podcast point ponder portion position possible possibly post postpone pour practice
    practise preceding precise precisely predictable prefer preference prepare presence present
    presently pretty prevent previous previously primarily principal print prior prioritise
    prioritize probably problem proceed process produce profile progress prolong pronounced proper
    proportion proportionate propose provide pull pulse push put puts puzzle pyjamas quantity
    quarter question quick quickly quiet quieten quieter quietest quietly quite racked radio rain
    rainy raise ran random range ranged rank rare rarely rate rather ratio reach reached react read
    reading readings reads ready real realise realistic realize really rear reason reasonable
    recall recap receive recent recently recognise recognize recommend recommendation recommended
    record recorder recording recordings recur recurrence recurring red reduce refer reference
    refine refresh regard regardless register registered registers regular regularity regularly
    rejoin relate relation relative relatively relax relaxed relaxing reliable rely remain
    remainder remained remaining remark remember remind reminder removed repeat repeated repeating
    repetition replace report represent resemblance resemble reserve resolution respect respective
    respectively responsible rest restart rested restful resting restlessly result resume retain
    return review rewarding rewound rhythm rhythmic rhythmically ridden ride right rise risen river
    roam rolling room rose rotate rough roughly round rounded route routine routines row rule run
    rung running runs rush safe said same sat saturday save saw say says scale scarce scatter
    scattered schedule scheme score scratch screen screens sea seaside season seated second section
    sedentary see seem seemed seen sees seldom select selection send sensor sent sentence september
    sequence series serve session set sets setting settings settle settled settles settling seven
    seventeen seventy several sew shade shallow shan't share sharp sheet shelf shift shine shone
    shop short shorten shorter shortest should shoulder show shower shown shows shut shy side
    sidewalk sideways sight signal silence silent silently similar similarity similarly simple
    simpler simplest simply since sing single sit sits sitting six sixteen sixty size sizeable
    sized sketch skim skip sleep sleeper sleeping sleepy slept slice slid slide slight slightly
    slip slipped slipper slippers slipping slope slow slower slowly slung small smaller smartwatch
    smooth snapshot snooze snow snug so soak social sock socket socks sofa soft soften softly sold
    solid some somebody someone something sometime sometimes somewhat somewhere song songs soon
    sooner soothe sorry sort sought sound source space spaced spacing span spanned spanning spans
    spare sparse speak special specific spell spelt spend spent spike spilt split spoke sports spot
    sprang spread spring stability stable stack stage stairs stand standard standing stands start
    started starts stated statement station stationary stay stayed stays steadied steadier steadily
    steadiness steady steadying steep step stick still stillness stint stints stir stirred stock
    stood stop store story straight straightaway straightforward strap strapped streak strength
    strengthen stretch stretching strict stride strike striking strode stroll strolling strong
    struck structure strung stuck study stung style subject substantially subtle successive such
    suddenly sufficient suggest suggestion suit suitable suited sum summary summed summer sun
    sunday sung sunk sunlight sunny sunrise sunset sunshine support sure surface surrounding
    sustained swept swim swing switch swum symbol table tail take takeaway taken takes talk tall
    tallied tally taper target task taught team teen teenager telephone television tell tells
    temperature tempo ten tend tendency term terms than thank thankfully that the their theirs them
    then there therefore these they thing things think third thirteen thirties thirty this thorough
    those though thought thousand three through throughout thrown thursday tick ticking tidy tie
    tight till tilt time timeframe timekeeping timeline timepiece timer timetable timing tiny tip
    tired tiredness title to today together told tomorrow tonight too took top topic topped topping
    torn tossed total totaled totalled totals touch touched toward towards towel town trace track
    tracked tracker tracking trail trails train tram tranquil transfer transit transition travel
    treadmill trend trending trim trimmed trip true trusted try tuesday tune turn tv twelve
    twenties twenty twilight two type typical typically ultimately unaffected unbroken uncertain
    uncertainty unchanged unclear uncommon uncovered under underlying understand understood
    undisturbed undo uneven unfold unhurried uniform uninterrupted unit unknown unless unlike unlit
    unmeasured unpredictable unrecorded unsettled until untouched untracked unusual unwind unworn
    unwound up upbeat upcoming update uphill upkeep upon upper upright upstairs upswing upturn
    upward us usable use useable used useful usual usually utmost vague valid valley value
    variability variable variance variation varied variety various vary varying vast verge very via
    view village visible visibly visit visualise vividly wait wake wakeful wakefulness waken wakes
    wakeup waking walk walked walker walking walks walkway wall wander wandering want wardrobe warm
    warmer warmth was wash wasn't watch watchband water wave way we weaker wear weather weave
    wednesday week weekday weekend weeklong weekly weeks weeks' welcome well went were weren't what
    whatever when whenever where whereas wherever whether which whichever while whilst whisper who
    whole whom whose why wide widely widen wider wind winding window windows windy winter wiser
    wish with within without woke woken won won't wonder wood woods word worded wore work workday
    working workout workweek world worn worth worthwhile would wouldn't wound woven wrap wrist
    wristwatch write written wrote yard year yearly yellow yes yesterday yet you your yours
    yourself zero
"""
_BASE = frozenset(_LIST.split())
# What a statement about the person's numbers may use, as it stands here. Beside a true number, any
# other word tells of something that nobody measured: who did it, where, with what intention.
_STATED_LIST = """
    a about above across active activity add added adding additional adds adult adults advise
    advised after afternoon afterwards again against age ahead alike all almost alone along
    alongside already also alternate alternates alternating although altogether always am among
    amount amounted amounts amplitude an and another answer any anything apart app approximately
    are aren't around as asleep at available average averaged averages averaging awake awakening
    awakenings away back barely base based baseline basis be beat beats became because become
    becomes bed bedtime bedtimes been before began begin beginning begins begun behind being below
    between beyond big bigger bit both break breaks bring brings brisk briskly broke broken brought
    but by calculated calm came can can't cannot capture captured captures carried carry carrying
    center centered centre centred change changed changes changing clear clearer clearly climb
    climbed climbs clock clocked close closed closely closer closest collected combined come comes
    coming compare compared compares comparison complete completely completeness consistent
    consistently constant contain contained contains contrast could couldn't count counted counter
    counts course cover covered covers daily data day day's days decline declined declines decrease
    decreased decreases decreasing degree derived describe described describes detail details
    device did didn't differ differed difference differences different differently differing
    differs dip dipped directly distinct do does doesn't don't down downward downwards drop dropped
    dropping drops duration during each earlier early eased easier efficiency either end ended
    ending ends enough entire equal equals especially estimate estimated estimates even evenly
    every everything exactly example exceed exceeded exceeds excluding experts extra fairly fall
    fallen falling falls fast faster fell few fewer figure figures fill filled fills first fit fits
    fixed follow followed follows for former formerly fragment fragmentation fragmented free from
    full fully further gain gains gap gaps gather gathered gathers gave general generally get gets
    getting give given gives going gone got gradual gradually great greater grew grow growing grown
    grows guess guessed guideline guidelines habit habitual had half halfway happen happened
    happens hardly has hasn't have haven't having heart heartbeat held here high higher highest
    hold holds hour hours hover hovered how identical impossible impression in include included
    includes including increase increased increases increasing index inferred information inside
    insight instead interrupt interrupted into irregular is isn't it it's its itself just keep
    keeping keeps kept kind know known lack lacking lacks land landed large larger last lasted
    lasting lasts late later latest lay least leave leaves left length lengthened less let's level
    levels lie lies light like line little log logged logs long longer look looked looking looks
    loose lot low lower lowest lying made main mainly make makes many match matched matches may
    mean means measure measured measurement measures median meet meets met middle midpoint minus
    minute minutes missing moderate moderately moment month month's monthly months months' more
    morning most mostly move moved movement moves moving much near nearly need needed needs neither
    new newest next night night's nightly nights no none nor norm normally not notable notably note
    noted nothing noticeably noting now number numbers of off often on once one ones only onset
    onto open or order ordinarily ordinary other others our out outside over overall overview own
    pace par part partial particularly partly parts past pattern patterns pause paused pauses
    pausing people per percent percentage period phase phases phone picture place please plenty
    plus pm point pointed points portion possible preceding precisely previous previously prior
    pronounced pulse put quarter quiet quieter quite ran range ranged ranges rate rather ratio
    reach reached reaches reading readings real recent recently recommend recommendation
    recommendations recommended recommends record recorded recording recordings records reference
    references register registered regular regularity regularly remain remained remaining remains
    repeat repeated repeats resemble resembled resembles rest rested restful resting rests rhythm
    rhythm's rhythms right rise risen rises rising rose roughly rule run running runs said same sat
    say scale scarcely see seen sensor settle settled seven share shift shifted shifting shifts
    short shortened shorter show showed shown shows shrank shrink shrinks shrunk side similar
    similarity similarly since sit sleep sleeper sleeping sleeps slept slightly slipped slow slowly
    small smaller so some something somewhat sorry spend spending spent spread stability stable
    stand stands start started starting starts stay stayed staying stays steadier steadily steady
    step steps still stood strength strengthened stretch stretches stride strong stronger strongly
    such suggested summary summed swing take taken takes taking teenagers tell tells tend tended
    tends terms than that the their them then there these they thing things this those though
    through throughout till time timeframe times timing to together told too took total totaled
    totalled totals toward towards track tracked tracker trend trending trends turned two typical
    typically unable uncertain unchanged unclear under unknown until unusual up upon upward upwards
    us usable used usual usually value values variability variation varied varies vary varying
    versus view visibly wake wakes waking walk walked walking walks was wasn't watch wave way we
    we're we've weak weakened weaker wear wearing week week's weekday weekdays weekend weekends
    weekly weeks weeks' well went were weren't what when where whereas which while whilst whole
    whose with within without woke woken words wore work worked working works worn worth yet you
    you're young younger your yours
"""
_STATED = frozenset((*_STATED_LIST.split(), *NUMBER_WORDS, *MONTHS))
_BASE_ENDINGS = (
    ("ies", "y"),
    ("ied", "y"),
    ("ier", "y"),
    ("iest", "y"),
    ("ily", "y"),
    ("es", ""),
    ("es", "e"),
    ("s", ""),
    ("ed", ""),
    ("ed", "e"),
    ("ing", ""),
    ("ing", "e"),
    ("er", ""),
    ("er", "e"),
    ("est", ""),
    ("est", "e"),
    ("ly", ""),
    ("ly", "le"),
    ("ally", ""),
    ("ness", ""),
    ("n't", ""),
    ("'s", ""),
    ("'re", ""),
    ("'ve", ""),
    ("'d", ""),
    ("'ll", ""),
    ("s'", "s"),
    ("'", ""),
)
_SHORTEST = 2


@lru_cache(maxsize=4096)
def knows(word: str) -> bool:
    """Whether the word, or what it is a form of, is on the list."""
    return word in _BASE or any(stem in _BASE for stem in _stems(word))


def _stems(word: str) -> list[str]:
    stems = [
        word.removesuffix(ending) + base
        for ending, base in _BASE_ENDINGS
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST
    ]
    # "dipped", "getting", "bigger"
    doubled = [stem[:-1] for stem in stems if len(stem) > _SHORTEST and stem[-1] == stem[-2]]
    return stems + doubled


def states(word: str) -> bool:
    """Whether a statement may use the word: what is no advice says only what was measured."""
    return word in _STATED or word.removesuffix("'s") in _STATED
