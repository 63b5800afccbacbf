"""What is known of the model, and of many people together."""

from __future__ import annotations

from typing import Final

from clarity.domain.documents.kinds import ANY, EXPIRY, Kept, Kind, health, personal, technical

_LOOKED = (
    "at since until people people_found analyses of_other_models unlike sampled compared differs "
    "what slices slices_too_small reference reference_own reference_people"
)
CANDIDATES: Final = Kind(
    path="candidates/{id}",
    purpose="A model that wanted to become the current one: its scores, and what was decided.",
    writers=("clarity pat candidate",),
    readers=("clarity pat candidate", "clarity model promote"),
    kept=Kept.STANDING,
    fields={
        "at": technical("when it was judged"),
        "by": technical("by whom"),
        "decision": technical("better, not better, or worse"),
        "why": technical("the same in words"),
        "rule": technical("by which rule"),
        "level": technical("how sure it had to be"),
        "attempt": technical("how many candidates were tried against this model by then"),
        "request": technical("which request for retraining it answers"),
        "candidate_sha256": technical("the candidate's weights"),
        "current_sha256": technical("the current model's weights"),
        "candidate": technical("the candidate", "model_id size scaler_id provenance command"),
        "current": technical("the current model", "model_id size scaler_id provenance command"),
        "sets": technical(
            "each set of weeks that both were scored on",
            "name version sha256 people candidate current difference low high unit judged may_win",
        ),
        "ratings": technical("how people rate insights with the current model", "mean count"),
        "code_version": technical("by which code"),
    },
)
REQUESTS: Final = Kind(
    path="retraining_requests/{id}",
    purpose="That people's weeks have changed for good, and what became of that.",
    writers=("monitor", "clarity pat requests", "clarity pat candidate"),
    readers=("monitor", "clarity pat requests", "clarity pat candidate"),
    kept=Kept.CLOSED,
    fields={
        "state": technical("open or closed"),
        "model": technical("of which model"),
        "since": technical("since when"),
        "what": technical("which features"),
        "slices": technical("on which devices, systems and app versions"),
        "people": technical("of how many people"),
        "reference": technical("compared with which reference"),
        "window": technical("in which window it was found"),
        "created_at": technical("when"),
        "recovered_at": technical("when it ended"),
        "candidates": technical("which candidates were tried for it"),
        "closed_at": technical("when it was closed"),
        "closed_by": personal("by which operator"),
        "closed_why": technical("why"),
        **EXPIRY,
    },
)
DRIFT: Final = Kind(
    path="drift/{window}",
    purpose="How the weeks of many people in a stretch of time compare with the reference.",
    writers=("monitor",),
    readers=("clarity health",),
    kept=Kept.FULL,
    fields={
        "model": technical("of which model"),
        "state": technical("none, suspected or drift"),
        "since": technical("from when"),
        "until": technical("to when"),
        "at": technical("when it was computed"),
        "people": technical("how many people were compared"),
        "people_found": technical("how many had an analysis"),
        "analyses": technical("how many analyses there were"),
        "of_other_models": technical("how many by other models"),
        "unlike": technical("how many could not be read"),
        "sampled": technical("whether only some were read"),
        "compared": technical("whether there were people enough"),
        "differs": technical("whether they differ"),
        "what": technical("in which features"),
        "slices": technical("on which devices, systems and app versions"),
        "slices_too_small": technical("which of these have too few people"),
        "shifts": technical(
            "how far each feature is away: statistics over all people",
            "name slice people distance stability_index p differs",
        ),
        "reference": technical("compared with which reference"),
        "reference_own": technical("whether that is of the deployment's own people"),
        "reference_people": technical("of how many"),
        **EXPIRY,
    },
)
STATE: Final = Kind(
    path="monitor/state",
    purpose="Where the monitor goes on with its next look.",
    writers=("monitor",),
    readers=("monitor",),
    kept=Kept.STANDING,
    fields={
        "model_id": technical("which model is watched"),
        "reference": technical("beside which reference"),
        "since": technical("from when the open window is"),
        "until": technical("and to when"),
        "verdicts": technical("what each window came to", "since differs"),
        "request": technical("the request that is open"),
        "looked": technical("what the last look found", _LOOKED),
        "unjudged": technical("how many windows had no verdict since the last one"),
    },
)
FAILURES: Final = Kind(
    path="monitor/failures-{hour}-{shard}",
    purpose="How many calls of the model failed in an hour.",
    writers=("preprocess",),
    readers=("monitor",),
    kept=Kept.HOURS,
    fields={
        "hour": technical("which"),
        "count": technical("how many"),
        "codes": technical("of which kind", ANY),
        **EXPIRY,
    },
)
HEALTH: Final = Kind(
    path="health/model",
    purpose="How the model is: what `clarity health` prints.",
    writers=("monitor",),
    readers=("clarity health", "clarity pat candidate"),
    kept=Kept.STANDING,
    fields={
        "model_id": technical("which model answers"),
        "weights_sha256": technical("with which weights"),
        "updated_at": technical("when this was written"),
        "last_prediction_at": technical("when it last read a week"),
        "day": technical(
            "its last 24 hours",
            "predictions failed failed_share people measured other_models model_id weeks "
            "latency_p50_seconds latency_p95_seconds",
        ),
        "ratings": technical("how people rate insights", "count mean"),
        "drift": technical(
            "whether people's weeks have changed",
            f"state request window_since window_until least_people looked {_LOOKED}",
        ),
    },
)
REFERENCES: Final = Kind(
    path="references/{model_id}",
    purpose="The first weeks of a deployment's people, that later ones are compared with.",
    writers=("clarity pat reference", "privacy"),
    readers=("monitor",),
    kept=Kept.ADOPTED,
    fields={
        "model": technical("of which model"),
        "version": technical("its fingerprint"),
        "adopted_at": technical("when"),
        "adopted_by": personal("by which operator"),
        "names": technical("of the features"),
        "persons": personal("whose rows they are, as hashes: an erased person's is taken out"),
        "expire_at": technical("until when each row is used"),
        "recorded_by": personal("what recorded each week", "device os app"),
        "features": health("each person's features of one week"),
        "embeddings": health("what PAT read in it"),
        **EXPIRY,
    },
)
KINDS: Final = (CANDIDATES, REQUESTS, DRIFT, STATE, FAILURES, HEALTH, REFERENCES)
