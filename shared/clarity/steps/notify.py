"""notify: a person's devices learn that an insight is there, and nothing of what is in it.

At most once per insight and device: the claim is completed before the notice is handed over, so
that a worker that dies in between leaves a device untold rather than told twice. The insight is
in the person's documents all the same. What fails before that is left to the next delivery.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clarity.domain.errors import PermanentError, TransientError, UnavailableError
from clarity.domain.words.wording import wording
from clarity.steps.audit import Entry
from clarity.steps.once import claim_key, once
from clarity.steps.ports import Done
from clarity.steps.ports_push import Notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, timedelta

    from clarity.domain.events import JobMessage
    from clarity.domain.person import Person
    from clarity.steps.ports import Claimed, Claims, Records
    from clarity.steps.ports_push import Device, Devices, Push


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell each device of a person who wants it. What the push service does is no error here."""

    claims: Claims
    records: Records
    devices: Devices
    push: Push
    clock: Callable[[], datetime]
    lease: timedelta
    retention: timedelta

    def __call__(self, message: JobMessage, insight_id: str, person: Person) -> None:
        """Announce the insight.

        Raises:
            InProgressError: another worker is at it, or died at it: it is seen to again.
        """
        words = wording(person.language, person.level)
        data = {"insight_id": insight_id, "processing_id": message.processing_id}
        notice = Notice(words.say("push-title"), words.say("push-body"), data)
        for device in self.devices.devices(message.origin.user_id):
            if not self._announced(message, insight_id, device, notice):
                return  # the service is down: it may not hold the worker up once more

    def _announced(
        self, message: JobMessage, insight_id: str, device: Device, notice: Notice
    ) -> bool:
        """Tell one device, unless it was told before; False if the service did not answer."""
        user_id = message.origin.user_id
        # Hashed, since the app chose the device's id.
        event = "/".join((user_id, insight_id, device.device_id))
        if not self._first(event, user_id):
            return True
        result = self._handed_over(user_id, device, notice)
        now = self.clock()
        record = {
            "action": "notify",
            "step": "insights",
            "processing_id": message.processing_id,
            "subject": insight_id,
            "device_id": device.device_id,
            "result": result,
            "at": now,
            "expires_at": now + self.retention,
        }
        self.records.audit(user_id, Entry(claim_key("notify", event), record))
        return result != UnavailableError.code

    def _first(self, event: str, user_id: str) -> bool:
        """Whether nobody has told this device of this insight; from now on somebody has."""
        ours: list[Claimed] = []

        def noted(claim: Claimed) -> Done:
            ours.append(claim)
            return Done("handed over")

        once(self.claims, "notify", event, noted, user_id=user_id, lease=self.lease)
        return bool(ours)

    def _handed_over(self, user_id: str, device: Device, notice: Notice) -> str:
        """What became of it: handed over, a token that nobody has, or an error's code."""
        try:
            if self.push.send(device.push_token, notice):
                return "handed_over"
            self.devices.forget(user_id, device)
        except (PermanentError, TransientError) as error:
            return error.code
        return "unknown_token"
