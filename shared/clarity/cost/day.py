"""One person's mean day: deliveries as measured, how often as assumed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from clarity.cost import usage
from clarity.cost.usage import (
    AGAIN,
    ANALYSIS,
    EARLY,
    FEEDBACK,
    INSIGHT,
    JOINS,
    KNOWN,
    OPENS,
    REPAIR,
    REQUEST,
    Delivery,
)

if TYPE_CHECKING:
    from clarity.cost.assumed import Assumptions


@dataclass(frozen=True, slots=True)
class Visit:
    """A function, what is delivered to it, and how often a day."""

    function: str
    delivery: Delivery
    times: float


@dataclass(frozen=True, slots=True)
class Day:
    """What one person's mean day uses; each field a count or a number of bytes.

    Attributes:
        reads: Of Firestore, by functions and phone.
        writes: Of Firestore, by functions and phone.
        expired: Documents that TTL deletes.
        guards: Deletes of what is not there.
        deliveries: By function.
        seconds: Of each function's instances.
        event_bytes: Of Eventarc's messages, published and pushed.
        messages: Of our topics, published and pushed.
        predictions: Of the endpoint.
        insights: Told by anybody.
        calls: Of Gemini.
        new_bytes: Stored in Firestore.
        phone_bytes: From Firestore to the phone.
    """

    reads: float
    writes: float
    expired: float
    guards: float
    deliveries: dict[str, float]
    seconds: dict[str, float]
    event_bytes: float
    messages: float
    predictions: float
    insights: float
    calls: float
    new_bytes: float
    phone_bytes: float


def early_deliveries(quiet_s: float = usage.QUIET_SECONDS) -> int:
    """How often a job comes before its burst has been quiet long enough.

    >>> early_deliveries(0), early_deliveries(30), early_deliveries(31)
    (0, 2, 3)
    """
    return math.ceil(math.log2(quiet_s / usage.FIRST_RETRY_SECONDS + 1))


def known_reads(assumed: Assumptions) -> float:
    """Chunks that ingest reads for one upload, to know what is new: of its days, and one beside."""
    return (assumed.days_per_upload + 2) * max(1.0, assumed.uploads_per_day)


def recent_reads(assumed: Assumptions) -> float:
    """Days and chunks that preprocess reads for one analysis."""
    days = min(usage.LOOKBACK_DAYS, assumed.retention_days)
    return days * (1 + max(1.0, assumed.uploads_per_day))


def count_reads(assumed: Assumptions) -> float:
    """What the two counts of a person's uploads take beyond the first read of each."""
    held = (assumed.uploads_per_day + assumed.repeats_per_day) * upload_days(assumed)
    return 2 * (max(1, math.ceil(held / usage.COUNTED_PER_READ)) - 1)


def upload_days(assumed: Assumptions) -> float:
    """After how many days an upload expires."""
    return min(usage.UPLOAD_RETENTION_DAYS, assumed.retention_days)


def raw_stored(assumed: Assumptions) -> float:
    """Bytes of a person's uploads that are there, as they came."""
    return raw_bytes(assumed) * upload_days(assumed)


def stored(assumed: Assumptions) -> float:
    """Bytes of a person's documents, once as much expires as comes."""
    kept = day(assumed).new_bytes - raw_bytes(assumed)
    return kept * assumed.retention_days + raw_stored(assumed)


def documents(assumed: Assumptions) -> float:
    """A person's documents, once as many expire as come; rather too many."""
    return day(assumed).expired * assumed.retention_days


def raw_bytes(assumed: Assumptions) -> float:
    """Of a day's new documents those that the phone wrote: the samples as they came."""
    uploads = assumed.uploads_per_day + assumed.repeats_per_day
    return uploads * assumed.samples_per_upload * usage.EVENT_BYTES_PER_SAMPLE


def visits(assumed: Assumptions) -> tuple[Visit, ...]:
    """What a person's mean day brings to the functions."""
    opens = min(assumed.bursts_per_day, assumed.uploads_per_day)
    asked = assumed.requests_per_week / 7
    automatic = max(0.0, assumed.insights_per_week - assumed.requests_per_week) / 7
    told = asked + min(automatic, opens)
    return (
        Visit("ingest", OPENS, opens),
        Visit("ingest", JOINS, assumed.uploads_per_day - opens),
        Visit("ingest", AGAIN, assumed.repeats_per_day),
        Visit("ingest", REQUEST, asked),
        Visit("ingest", FEEDBACK, assumed.feedback_per_week / 7),
        Visit("preprocess", EARLY, opens * early_deliveries()),
        Visit("preprocess", ANALYSIS, opens),
        Visit("preprocess", KNOWN, asked),
        Visit("insights", INSIGHT, told),
    )


def day(assumed: Assumptions) -> Day:
    """One person's mean day."""
    all_visits = visits(assumed)
    times = {visit.delivery: visit.times for visit in all_visits}
    jobs, insights = times[ANALYSIS] + times[KNOWN], times[INSIGHT]
    told = min(insights * assumed.gemini_share, assumed.daily_calls)
    calls = min(told * usage.CALLS_PER_INSIGHT, assumed.daily_calls)
    work = (*all_visits, Visit("insights", REPAIR, calls - told))
    uploads = assumed.uploads_per_day + times[AGAIN]
    samples = uploads * assumed.samples_per_upload
    fresh = assumed.uploads_per_day * assumed.samples_per_upload
    expiring = sum(each.delivery.expiring * each.times for each in work)
    created = uploads + times[REQUEST] + times[FEEDBACK]  # by the phone
    return Day(
        reads=sum(each.delivery.lookups * each.times for each in work)
        + uploads * known_reads(assumed)
        + jobs * recent_reads(assumed)
        + (jobs + times[EARLY]) * count_reads(assumed)
        + insights * (1 + usage.HEARD),  # the person's feedback; the phone
        writes=sum(each.delivery.writes * each.times for each in work)
        + assumed.uploads_per_day * usage.WRITES_PER_DAY
        + created,
        expired=expiring + assumed.uploads_per_day + 1,  # chunks, and the day that they are of
        guards=sum(each.delivery.guards * each.times for each in work),
        deliveries=_by_function(all_visits, dict.fromkeys(times, 1.0)),
        seconds=_by_function(
            work, {each.delivery: _seconds(each.delivery, assumed) for each in work}
        ),
        event_bytes=2 * (samples * usage.EVENT_BYTES_PER_SAMPLE + created * usage.MESSAGE_BYTES),
        messages=2 * (jobs + insights) + times[EARLY],
        predictions=times[ANALYSIS],
        insights=insights,
        calls=calls,
        new_bytes=raw_bytes(assumed)
        + fresh * usage.CHUNK_BYTES_PER_SAMPLE
        + times[ANALYSIS] * usage.ANALYSIS_BYTES
        + insights * usage.INSIGHT_BYTES
        + expiring * usage.SMALL_BYTES,
        phone_bytes=insights * usage.HEARD_BYTES,
    )


def _seconds(delivery: Delivery, assumed: Assumptions) -> float:
    """Of the instance, to the next tenth as it is billed."""
    milliseconds = delivery.milliseconds + delivery.calls * assumed.round_trip_ms
    if delivery in (OPENS, JOINS, AGAIN):
        milliseconds += assumed.samples_per_upload * usage.MILLISECONDS_PER_SAMPLE
    if delivery is REPAIR:
        milliseconds += usage.MODEL_MILLISECONDS
    if delivery is INSIGHT:
        milliseconds += usage.MODEL_MILLISECONDS * assumed.gemini_share
    return math.ceil(milliseconds / 100) / 10 / assumed.requests_at_once


def _by_function(work: tuple[Visit, ...], amounts: dict[Delivery, float]) -> dict[str, float]:
    found = dict.fromkeys(usage.FUNCTIONS, 0.0)
    for each in work:
        found[each.function] += amounts[each.delivery] * each.times
    return found
