"""What the functions make of a person's samples, all below the person."""

from __future__ import annotations

from typing import Final

from clarity.domain.documents.kinds import (
    ANY,
    EXPIRY,
    Kept,
    Kind,
    health,
    personal,
    technical,
)

_CODE = "model_id weights_sha256 scaler_id imputed_share code_version"
_METRIC = "name value unit status reason method"

DAYS: Final = Kind(
    path="users/{uid}/days/{date}",
    purpose="A local day that samples have come of.",
    writers=("ingest", "clarity person import"),
    readers=("preprocess", "clarity pat candidate"),
    kept=Kept.FULL,
    fields={"date": personal("which day"), **EXPIRY},
)
CHUNKS: Final = Kind(
    path="users/{uid}/days/{date}/chunks/{upload_id}",
    purpose="The samples of one upload and one local day, in columns.",
    writers=("ingest", "sweep", "clarity person import"),
    readers=("ingest", "preprocess", "sweep", "clarity pat candidate"),
    kept=Kept.CHOSEN,
    fields={
        "kind": health("what each sample measures"),
        "start": health("when each began"),
        "end": health("when each ended"),
        "value": health("what was measured"),
        "offset": personal("the time zone of each"),
        "source": personal("by which source each was recorded"),
        "sources": personal("the devices and apps", "bundle_id name product_type"),
        "software": personal("which system and app they ran", "os app"),
        "identity": technical("fingerprints by which a sample is known again"),
        "deleted": technical("fingerprints of samples that the person deleted"),
        "count": technical("how many there are"),
        "upload_id": technical("which upload brought them"),
        "schema_version": technical("the form of these columns"),
        **EXPIRY,
    },
)
JOBS: Final = Kind(
    path="users/{uid}/jobs/{processing_id}",
    purpose="How the work on an upload or a request stands; the app listens to it.",
    writers=("ingest", "preprocess", "insights", "sweep"),
    readers=("app", "ingest", "preprocess", "insights", "sweep"),
    kept=Kept.FULL,
    fields={
        "processing_id": technical("its own name"),
        "upload_id": technical("the upload that it began with"),
        "request_id": technical("the request that it answers"),
        "data_timeframe": personal("over which time was asked"),
        "insight_type": personal("what was asked for"),
        "priority": personal("how urgent it was said to be"),
        "explanation": personal("whether an explanation was asked for"),
        "status": technical("where it stands"),
        "stage": technical("what it waits for"),
        "progress": technical("the same as a share"),
        "message": technical("the same in words"),
        "history": technical("where it stood when", "status at"),
        "created_at": technical("when it began"),
        "updated_at": technical("when it last moved"),
        "analysis_id": technical("the numbers that came of it"),
        "insight_id": technical("the insight that came of it"),
        "explanation_id": technical("the explanation that came of it"),
        "review_id": technical("a text that was held back"),
        "unchanged": technical("that the facts are those of an earlier insight"),
        "reason": health("why there is no result: which days lack how much wear", ANY),
        **EXPIRY,
    },
)
ANALYSES: Final = Kind(
    path="users/{uid}/analyses/{analysis_id}",
    purpose="What a week measures, and what the model read in it.",
    writers=("preprocess",),
    readers=("app", "preprocess", "insights", "monitor", "sweep", "clarity pat candidate"),
    kept=Kept.FULL,
    fields={
        "window": personal("which days", "first_day last_day days"),
        "quality": health(
            "how complete the week is",
            "coverage sufficient missing notes method longest_gap_minutes valid_days days date "
            "valid valid_hours missing_hours missing_minutes real_minutes worn_minutes "
            "sleep_minutes heart_rate_minutes heart_rate_device steps_device imputation "
            "days_needed filled_share filled_up_to_minutes interpolated_share "
            f"interpolated_up_to_minutes unknown_share outliers {ANY}",
        ),
        "metrics": health("sleep, rhythm and activity in numbers", _METRIC),
        "details": health("more of them", _METRIC),
        "sleep": health(
            "when they slept",
            "method periods onset offset bed_start bed_end asleep_minutes awake_minutes "
            "in_bed_minutes main truncated",
        ),
        "sleep_agreement": health("how far recorded and detected sleep agree"),
        "confidence": health("how far the numbers can be relied on"),
        "embedding": health("what PAT read in the week: 96 numbers without names"),
        "inputs": personal("what each channel served for", "channel minutes reason role serves"),
        "sources": personal("the devices and apps that the data came from"),
        "recorded_by": personal("device, system and app version", "device os app"),
        "notes": personal("changes of the clock in the week"),
        "grid_sha256": technical("a fingerprint of the week's minutes"),
        "provenance": technical("which model, weights and code", _CODE),
        "call": health(
            "how long the model's answer took, and what went in: mean and deviation of the steps",
            "seconds input_mean input_sd vector_size",
        ),
        "created_at": technical("when it was made"),
        **EXPIRY,
    },
)
HISTORIES: Final = Kind(
    path="users/{uid}/histories/{history_id}",
    purpose="The weeks up to an analysed one: what is usual, and what changes.",
    writers=("preprocess",),
    readers=("app", "insights"),
    kept=Kept.FULL,
    fields={
        "first_days": personal("which weeks"),
        "metrics": health(
            "each metric by week, with trend and changes", f"name unit weeks usual trend {ANY}"
        ),
        "sufficient": health("which of the weeks had enough data"),
        "data_timeframe": personal("over which time"),
        "created_at": technical("when it was made"),
        **EXPIRY,
    },
)
EXPLANATIONS: Final = Kind(
    path="users/{uid}/explanations/{analysis_id}",
    purpose="Where the model looked in a week, and how far that can be trusted; on request.",
    writers=("preprocess",),
    readers=("app", "sweep"),
    kept=Kept.FULL,
    fields={
        "analysis_id": technical("of which analysis"),
        "window": personal("which days", "first_day days"),
        "attention": health("how much each part of the week was looked at"),
        "attribution": health("how much each part moved the reading"),
        "departure": health("how far the reading is from that of nobody in particular"),
        "completeness_error": technical("how exactly the parts add up"),
        "points": technical("in how many steps it was computed"),
        "input_rank": technical("a check: against the movement itself"),
        "shuffled_rank": technical("a check: against a model with shuffled weights"),
        "shuffled_attention_rank": technical("the same of the attention"),
        "limits": technical("what the checks must not pass", "completeness_error shuffled_rank"),
        "trusted": technical("which of the two passed its checks", "attention attribution"),
        "patch_minutes": technical("how long a part is"),
        "same_model": technical("whether the model is the one that the analysis is of"),
        "words": health("the same in words", "attention attribution model movement notice trust"),
        "provenance": technical("which model, weights and code", _CODE),
        "created_at": technical("when it was made"),
        **EXPIRY,
    },
)
INSIGHTS: Final = Kind(
    path="users/{uid}/insights/{insight_id}",
    purpose="What is told to the person, and the facts that each sentence rests on.",
    writers=("insights", "ingest", "clarity reviews"),
    readers=("app", "insights", "ingest", "monitor", "sweep", "clarity pat candidate"),
    kept=Kept.FULL,
    fields={
        "id": technical("its own name"),
        "user_id": personal("whose it is"),
        "narrative": health("the whole text"),
        "key_insights": health("what stands out"),
        "key_insights_count": technical("how many these are"),
        "recommendations": health("what the person could try"),
        "recommendations_count": technical("how many these are"),
        "sentences": health("each sentence, with its facts", "text kind facts"),
        "facts": health(
            "what was measured, as it may be told",
            "id kind label text value unit low high direction metric method note professional "
            "status topic",
        ),
        "confidence_score": health("how far the numbers can be relied on"),
        "related_metrics": personal("which metrics it speaks of"),
        "support": health("a help text and lines to call, if needed", "text contacts name reach"),
        "date_range": personal("which days it rests on", "start end"),
        "insight_type": personal("what was asked for"),
        "category": personal("the same, by the name that the app has for it"),
        "data_timeframe": personal("over which time"),
        "priority": personal("how it was asked for"),
        "language": personal("in which language"),
        "reading_level": personal("in which words"),
        "ignored_settings": personal("settings that could not be used"),
        "read_at": personal("when the person first read it"),
        "rating": personal("how they rated it"),
        "rated_at": personal("when"),
        "source": technical("a language model, or our own narrator"),
        "model_version": technical("which"),
        "fallback_reason": technical("why not the language model"),
        "provisional": technical("whether a better text may follow"),
        "review_id": technical("a model's text that was held back"),
        "usage": technical("what the call cost", "prompt_tokens output_tokens"),
        "analysis_id": technical("the numbers under it"),
        "history_id": technical("the weeks under it"),
        "processing_id": technical("the job that it came of"),
        "generated_at": technical("when it was written"),
        **EXPIRY,
    },
)
REVIEWS: Final = Kind(
    path="users/{uid}/reviews/{processing_id}",
    purpose="A model's text that broke a safety rule: held back, for operators to look at.",
    writers=("insights",),
    readers=("clarity reviews",),
    kept=Kept.FULL,
    fields={
        "insight_id": technical("what the person was told in its place"),
        "sentences": health("the text", "text kind facts"),
        "facts": health("what it had to rest on", "id label text"),
        "problems": health("which rule each sentence broke", "kind sentence reason"),
        "kinds": technical("the rules' names"),
        "model_version": technical("who wrote it"),
        "language": personal("in which language"),
        "created_at": technical("when it was held"),
        **EXPIRY,
    },
)
KINDS: Final = (DAYS, CHUNKS, JOBS, ANALYSES, HISTORIES, EXPLANATIONS, INSIGHTS, REVIEWS)
