"""A client of Firestore whose process dies at one of its calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client

from infra.local.topology import PROJECT
from tests.cloud import environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cloud import Cloud


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Killer(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Ends the process at one of its calls, before the server has it or after."""

    at: int
    after: bool
    calls: int = 0
    dead: bool = False

    def intercept_unary_unary(self, continuation, details, request):
        return self.call(lambda: continuation(details, request), lambda answer: answer.code())

    def intercept_unary_stream(self, continuation, details, request):
        return self.call(lambda: continuation(details, request), list)

    def call(self, send: Callable[[], Any], arrived: Callable[[Any], Any]) -> Any:
        self.calls += 1
        if self.dead or (self.calls == self.at and not self.after):
            self.dead = True
            raise Killed
        answer = send()
        if self.calls == self.at:
            self.dead = True
            arrived(answer)  # and nobody hears it
            raise Killed
        return answer


class Watched(Client):
    """A client whose calls a killer sees."""

    killer: Killer

    def _emulator_channel(self, transport: Any) -> Any:
        return grpc.intercept_channel(super()._emulator_channel(transport), self.killer)


def mortal(cloud: Cloud, killer: Killer) -> Client:
    with environment(cloud.variables):
        client = Watched(project=PROJECT, credentials=AnonymousCredentials())
        client.killer = killer
        _ = client._firestore_api
    return client
