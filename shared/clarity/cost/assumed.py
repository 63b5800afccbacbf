"""What is assumed of people and machines; the rest is measured (`clarity.cost.usage`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is not measured but assumed; each is an option of the command.

    Attributes:
        uploads_per_day: Documents that a person's phone writes, each with something new.
        repeats_per_day: Documents of which everything is known already.
        samples_per_upload: In each of them.
        days_per_upload: Local days that an upload's samples are of.
        bursts_per_day: Groups of uploads: each is analysed once.
        insights_per_week: Jobs of a person that end in words; the other analyses end without.
        requests_per_week: Of these, how many the person asks for; the rest are automatic.
        feedback_per_week: Ratings and remarks of a person.
        exports_per_year: Of a person's data, at their wish.
        erasures_per_year: Share of the people who have themselves erased; as many come.
        retention_days: After which documents expire.
        gemini_share: Of the insights, how many Gemini tells; our own narrator tells the rest.
        thinking_tokens: That a call of Gemini spends before it answers; billed as output.
        round_trip_ms: Of a function's call to Firestore or Pub/Sub.
        requests_at_once: That share one instance and so its time, on average.
        peak: Load of the busiest hour over the mean.
        accelerator: Of the endpoint: nvidia-l4, nvidia-tesla-t4 or none.
        parked_hours: A day, in which no model is deployed and nobody is served.
        min_replicas: Of the endpoint while it is not parked.
        max_replicas: Of the endpoint.
        backups: Full copies of the database that are kept.
        daily_calls: Paid calls that a person has a day (GEMINI_DAILY_CALLS).
        project_daily_calls: That all have together (as infra/gcp has it; 0: no cap.
        gemini_tier: Usage tier of the Gemini API's account: 1, 2 or 3.
        log_bytes: Of a delivery: the platform's request log and our lines.
        slower: A core of the cloud's machines against one of the bench's.
        region: Whose prices are taken.
    """

    uploads_per_day: float = 4.0
    repeats_per_day: float = 1.0
    samples_per_upload: float = 250.0
    days_per_upload: float = 2.0
    bursts_per_day: float = 1.0
    insights_per_week: float = 7.0
    requests_per_week: float = 1.0
    feedback_per_week: float = 0.5
    exports_per_year: float = 0.5
    erasures_per_year: float = 0.2
    retention_days: float = 400.0
    gemini_share: float = 1.0
    thinking_tokens: float = 500.0
    round_trip_ms: float = 10.0
    requests_at_once: float = 1.0
    peak: float = 4.0
    accelerator: str = "nvidia-l4"
    parked_hours: float = 0.0
    min_replicas: int = 1
    max_replicas: int = 4
    backups: float = 11.0
    daily_calls: float = 3.0
    project_daily_calls: float = 1_000.0
    gemini_tier: int = 1
    log_bytes: float = 2_500.0
    slower: float = 1.5
    region: str = "us-central1"
