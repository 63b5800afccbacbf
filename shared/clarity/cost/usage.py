"""What one delivery to a function uses of the cloud, as measured.

Counted on the wire between the functions and the embedded cloud:
`tests/contract/test_cost_usage.py` fails when the code begins to use more or less. Milliseconds are
of `python -m tests.bench.usage` (the functions behind their doors, over loopback, on two busy cores
of a Xeon), rounded up; the cloud's round trips come on top, for each call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# As in the steps, the adapters and infra/gcp/chain.tf; tests hold them together.
LOOKBACK_DAYS: Final = 35  # of a person's days that an analysis reads
BUDGET_SHARDS: Final = 20  # documents that the project's day of paid calls is split over
QUIET_SECONDS: Final = 30.0  # for so long no upload may have come
FIRST_RETRY_SECONDS: Final = 10.0  # of a push; doubled each time
UPLOAD_RETENTION_DAYS: Final = 7.0  # of what a phone wrote; its samples live on in the chunks
COUNTED_PER_READ: Final = 1000  # index entries that a count looks at for one read


@dataclass(frozen=True, slots=True, eq=False)  # two that use the same are still two
class Delivery:
    """What one delivery uses, beside what depends on the data that is there.

    Attributes:
        lookups: Documents read by name, and counts.
        writes: Documents written.
        expiring: New documents, which TTL deletes one day.
        calls: Round trips to Firestore and Pub/Sub.
        published: Messages.
        milliseconds: Of the function, without the cloud's round trips.
        guards: Deletes of a note that is not there, by which a commit makes sure that nobody has
            erased the person; taken for billed as any delete (whether they are is not known here).
    """

    lookups: int
    writes: int
    expiring: int
    calls: int
    published: int = 0
    milliseconds: float = 0.0
    guards: int = 0


# ingest, an upload: the first of a burst opens a job, another one joins it (one of its writes only
# makes sure that the job is still open).
OPENS: Final = Delivery(2, 8, 3, 6, published=1, milliseconds=60, guards=2)
JOINS: Final = Delivery(3, 7, 2, 5, milliseconds=50, guards=2)
# One that brings nothing new.
AGAIN: Final = Delivery(2, 5, 2, 4, milliseconds=40, guards=1)
WRITES_PER_DAY: Final = 2  # the day and its chunk, for each local day with something new
MILLISECONDS_PER_SAMPLE: Final = 0.25
# ingest, what else a person writes.
REQUEST: Final = Delivery(1, 7, 3, 6, published=1, milliseconds=40, guards=2)
FEEDBACK: Final = Delivery(1, 6, 2, 4, milliseconds=40, guards=1)
# preprocess: too early, since uploads still arrive; a new week; one that is analysed already.
EARLY: Final = Delivery(5, 0, 0, 3, milliseconds=45)
ANALYSIS: Final = Delivery(8, 11, 5, 14, published=1, milliseconds=250, guards=4)
KNOWN: Final = Delivery(8, 4, 1, 11, published=1, milliseconds=160, guards=1)
# insights: told by the language model in one call; a repair is a call more.
INSIGHT: Final = Delivery(8, 15, 6, 13, milliseconds=150, guards=5)
REPAIR: Final = Delivery(2, 6, 1, 6, milliseconds=50, guards=2)
MODEL_MILLISECONDS: Final = 4_000.0  # of one call of Gemini: not measured
# monitor, a look every hour; beside it the newest analyses of a day, and ratings of four weeks.
LOOK: Final = Delivery(3, 2, 0, 6, milliseconds=120)
LOOKED_AT: Final = 500  # of each of the two, at most
# And of the window of a week, once it has ended: so many analyses, and one of so many people.
WINDOW_ANALYSES: Final = 10_000
WINDOW_PEOPLE: Final = 400
WINDOW_MILLISECONDS: Final = 60_000.0  # of the comparison: not measured, taken for high
# privacy reads every document of a person once to hand it out, and once to erase it. Of one the
# function's time: 0.4 and 0.1 ms of small ones here, and its share of a call; taken for high.
HANDED_OUT_MILLISECONDS: Final = 2.0
ERASED_MILLISECONDS: Final = 2.0
EXPORT_DAYS: Final = 7.0  # that an export is kept
# Versions of a job that a listening phone is sent, and the insight.
HEARD: Final = 6

# Bytes in the encoding of Firestore and of Eventarc's messages.
EVENT_BYTES_PER_SAMPLE: Final = 415.0  # of an upload: its document, and the event that carries it
CHUNK_BYTES_PER_SAMPLE: Final = 42.0
ANALYSIS_BYTES: Final = 20_000.0  # with the history of the weeks
INSIGHT_BYTES: Final = 10_000.0
SMALL_BYTES: Final = 500.0  # of any other document: job, claim, budget, day, request
HEARD_BYTES: Final = 14_000.0  # of a job's versions and its insight, on the way to a phone
INDEX_ENTRIES: Final = 2  # of any document, at most
TRIGGERS: Final = 4
MESSAGE_BYTES: Final = 1_000.0  # least that is billed; ours are shorter
EVENT_LIMIT_BYTES: Final = 512_000  # Eventarc's; see limits.py

# PAT-S, a week, on one core of the same machine: `python -m tests.bench.pat --size small`. A
# virtual CPU is half a core. Of an L4 nothing is known here: it is taken for no faster.
PREDICTION_MILLISECONDS: Final = 9.0
NODE_CORES: Final = 2
TARGET_LOAD: Final = 0.6  # at which Vertex AI adds a replica

# One insight told by the honest stand-in: `clarity evaluate insights --person office-worker --mode
# honest` (3,271 tokens and 1.1 calls each). A token is taken for four characters; what a model
# thinks before it answers is not in it.
CALLS_PER_INSIGHT: Final = 1.1
PROMPT_TOKENS: Final = 2_670.0
ANSWER_TOKENS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Instance:
    """What an instance of a function has, and how many there may be (chain.tf, prod.tfvars)."""

    vcpu: float
    gib: float
    concurrency: int
    min_instances: int
    max_instances: int


FUNCTIONS: Final = {
    "ingest": Instance(1, 0.5, 4, 1, 100),
    "preprocess": Instance(1, 0.5, 4, 1, 100),
    "insights": Instance(1, 0.5, 4, 1, 50),
}
# Those that no upload comes by; park and sweep, which a clock wakes too, are in no line.
BESIDE: Final = {"monitor": Instance(1, 1.0, 1, 0, 1), "privacy": Instance(1, 1.0, 1, 0, 20)}
