"""The stand-in's batch predictions: they begin, take their time and end; no file is read."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from infra.local import vertex_rules as rules
from infra.local.vertex_rules import RefusalError
from infra.local.vertex_store import PARENT, Store, stamp

if TYPE_CHECKING:
    from infra.local.database import Database
    from infra.local.vertex_state import VertexState

Json = dict[str, Any]
_METHOD = "CreateBatchPredictionJob"


class VertexJobs:
    """The project's batch predictions."""

    def __init__(self, database: Database, state: VertexState) -> None:
        self._store, self._state = Store(database), state

    def create(self, body: Json) -> Json:
        """Begin one."""
        rules.job(body)
        version = self._state.version(body.get("model", ""))
        number = f"{len(self._store.all('job')) + 1:08}"
        late = self._state.fault(_METHOD, late=True)
        job = {
            **body,
            "name": f"{PARENT}/batchPredictionJobs/{number}",
            "modelVersionId": version["versionId"],
            "createTime": stamp(time.time()),
            "at": time.time() + self._state.seconds[_METHOD],
            "fault": [late.code, late.message] if late else None,
        }
        self._store.write("job", number, job)
        return _shown(job)

    def one(self, number: str) -> Json:
        """The one with this number."""
        found = self._store.read("job", number)
        if found is None:
            name = f"{PARENT}/batchPredictionJobs/{number}"
            raise RefusalError(5, f"The BatchPredictionJob {name} does not exist.")
        return _shown(found)

    def listed(self, wanted: str) -> list[Json]:
        """Those with a display name."""
        named = re.fullmatch(r'display_name="([^"]*)"', wanted)
        if wanted and named is None:
            raise RefusalError(3, f'expected the filter display_name="...", found {wanted!r}')
        return [
            _shown(each)
            for each in self._store.all("job")
            if named is None or each["displayName"] == named[1]
        ]


def _shown(job: Json) -> Json:
    shown = {key: value for key, value in job.items() if key not in {"at", "fault"}}
    if job["at"] > time.time():
        return {**shown, "state": "JOB_STATE_RUNNING"}
    if job["fault"]:
        code, message = job["fault"]
        return {**shown, "state": "JOB_STATE_FAILED", "error": {"code": code, "message": message}}
    return {**shown, "state": "JOB_STATE_SUCCEEDED"}
