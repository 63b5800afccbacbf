"""What telling a person needs from outside: their devices, and a push service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Device:
    """One of a person's devices, and the address that its push service gave it."""

    device_id: str
    push_token: str


class Devices(Protocol):
    """Where a person may be told that something is there to read."""

    def devices(self, user_id: str) -> Sequence[Device]:
        """The person's devices that have a token, each token once."""

    def forget(self, user_id: str, device: Device) -> None:
        """Delete the device's token if it is still this one."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a lock screen may show, and what the app needs to open the right page."""

    title: str
    body: str
    data: Mapping[str, str]


class Push(Protocol):
    """The push service."""

    def send(self, push_token: str, notice: Notice) -> bool:
        """Hand the notice over, once; False if no device has this token any more."""
