"""What has to be known and written down before another version answers: decision and ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from clarity.adapters.model_plan import CANDIDATE, LIVE
from clarity.adapters.model_state import PlanError

if TYPE_CHECKING:
    from google.cloud.firestore import Client

    from clarity.adapters.model_state import State, Version


def promoted(project: str, state: State, wanted: str, by: str, because: str) -> None:
    """Record that the version is promoted, if that is decided.

    Raises:
        PlanError: it has other weights than the live one, and nothing says that they are better.
    """
    # Here, since --help and what asks for nothing do without Google's client.
    from clarity.adapters.firestore_candidates import record_change  # noqa: PLC0415  see above

    client, version, live = _client(project), state.version(wanted), state.holder(LIVE)
    more = {"model": version.labels.get("model", ""), "reason": because}
    if live and live.labels.get("weights") != version.labels.get("weights"):
        more["decision"] = "" if because else _decision(client, version, live)
    now = datetime.now(UTC)
    record_change(client, "promote_model", f"version {version.number}", by, now, **more)


def deployed(project: str, version: Version, by: str, decision: str) -> None:
    """Record that a candidate is deployed as a canary, and on which decision."""
    from clarity.adapters.firestore_candidates import record_change  # noqa: PLC0415  as above

    more = {"model": version.labels.get("model", ""), "decision": decision}
    now = datetime.now(UTC)
    record_change(_client(project), "deploy_canary", f"version {version.number}", by, now, **more)


def rolled_back(project: str, state: State, wanted: str | None, by: str) -> None:
    """Record that a version is withdrawn."""
    from clarity.adapters.firestore_candidates import record_change  # noqa: PLC0415  as above

    canary = state.holder(CANDIDATE)
    chosen = canary if canary and state.deployment(canary.number) else state.holder(LIVE)
    version = state.version(wanted) if wanted else chosen
    now = datetime.now(UTC)
    subject = f"version {version.number}" if version else "no version"
    model_id = version.labels.get("model", "") if version else ""
    record_change(_client(project), "roll_back_model", subject, by, now, model=model_id)


def _client(project: str) -> Client:
    from clarity.adapters.firestore_open import opened  # noqa: PLC0415  as above

    return opened(project)


def _decision(client: Client, version: Version, live: Version) -> str:
    """The id of the candidate whose decision allows it."""
    from clarity.adapters.firestore_candidates import (  # noqa: PLC0415  as above
        FirestoreCandidates,
        passed,
    )

    weights, current = (each.labels.get("weights", "") for each in (version, live))
    decided = FirestoreCandidates(client).decided()
    if found := passed(decided, weights, current) if weights else None:
        return found.id
    raise PlanError(
        f"version {version.number} serves other weights than the live version {live.number}, "
        f"expected a decision that they are better, found none for {weights[:12] or 'no weights'} "
        f"against {current[:12] or 'no weights'}: clarity pat candidate --project P, or "
        "--without-decision WHY"
    )
