"""What the `Topics` port makes of each answer that Pub/Sub may give."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import grpc
import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud.pubsub_v1 import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.types import PublishRequest, PublishResponse

from clarity.adapters import log
from clarity.adapters.pubsub import PubSubTopics
from clarity.domain.errors import MisconfiguredError, RefusedError, UnavailableError
from clarity.steps.ports import Outgoing

if TYPE_CHECKING:
    from collections.abc import Iterator

TOPIC = "projects/p/topics/letters"
LETTER = Outgoing("dead_letter", b"as it came", {"reason": "why " * 1000, "code": "bad"})


@dataclass
class Server:
    """Answers with these codes, then takes what comes."""

    codes: list[grpc.StatusCode] = field(default_factory=list)
    taken: list[PublishRequest] = field(default_factory=list)

    def publish(self, request: PublishRequest, context: grpc.ServicerContext) -> PublishResponse:
        if self.codes:
            context.abort(self.codes.pop(0), "as the test wants it")
        self.taken.append(request)
        return PublishResponse(message_ids=["1"])


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def topics(server) -> Iterator[PubSubTopics]:
    method = grpc.unary_unary_rpc_method_handler(
        server.publish,
        request_deserializer=PublishRequest.deserialize,
        response_serializer=PublishResponse.serialize,
    )
    handler = grpc.method_handlers_generic_handler(
        "google.pubsub.v1.Publisher", {"Publish": method}
    )
    listening = grpc.server(ThreadPoolExecutor(1), handlers=[handler])
    port = listening.add_insecure_port("127.0.0.1:0")
    listening.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        transport = PublisherGrpcTransport(channel=channel, credentials=AnonymousCredentials())
        yield PubSubTopics(PublisherClient(transport=transport), {"dead_letter": TOPIC}, 1.0)
    listening.stop(None)


def test_a_message_goes_out_in_the_trace_of_its_event(topics, server) -> None:
    with log.bound(traceparent="00-1-2-01"):
        topics.publish(LETTER)

    (request,) = server.taken
    (message,) = request.messages
    assert (request.topic, message.data) == (TOPIC, b"as it came")
    assert dict(message.attributes) == {
        "code": "bad",
        "traceparent": "00-1-2-01",
        "reason": ("why " * 1000)[:1024],
    }


def test_an_id_that_does_not_fit_an_attribute_is_left_to_the_body(topics, server) -> None:
    ids = {"user_id": "ü" * 512, "processing_id": "upload-" + "x" * 1024}

    topics.publish(Outgoing("dead_letter", b"", ids))

    assert dict(server.taken[0].messages[0].attributes) == {"user_id": "ü" * 512}


def test_a_message_that_is_sent_again_keeps_the_trace_that_it_was_written_in(
    topics, server
) -> None:
    with log.bound(traceparent="00-the-sweeper-s"):
        topics.publish(Outgoing("dead_letter", b"", {"traceparent": "00-1-2-01"}))

    assert server.taken[0].messages[0].attributes["traceparent"] == "00-1-2-01"


def test_a_person_s_documents_follow_each_other_and_nothing_else_does(topics, server) -> None:
    topics = replace(topics, topics={"documents": TOPIC, "ingested": TOPIC})
    for user_id in ("ada", "ada", "x" * 1500):
        topics.publish(Outgoing("documents", b"{}", {"user_id": user_id}))
    topics.publish(Outgoing("ingested", b"{}", {"user_id": "ada"}))

    keys = [request.messages[0].ordering_key for request in server.taken]
    assert keys[0] == keys[1] != keys[2]
    assert keys[3] == ""
    assert all(0 < len(each) <= 1024 for each in keys[:3])
    assert "ada" not in keys[0]


@pytest.mark.parametrize("code", ["ABORTED", "CANCELLED", "UNAVAILABLE", "RESOURCE_EXHAUSTED"])
def test_what_passes_is_tried_again_for_a_while(topics, server, code) -> None:
    server.codes = [grpc.StatusCode[code]] * 2
    topics.publish(LETTER)
    assert len(server.taken) == 1

    server.codes = [grpc.StatusCode[code]] * 1000
    with pytest.raises(UnavailableError):
        topics.publish(LETTER)
    assert len(server.taken) == 1


@pytest.mark.parametrize("code", ["PERMISSION_DENIED", "NOT_FOUND", "UNAUTHENTICATED"])
def test_a_project_that_is_not_as_it_must_be_is_not_the_message_s_fault(
    topics, server, code
) -> None:
    server.codes = [grpc.StatusCode[code]]

    with pytest.raises(MisconfiguredError):
        topics.publish(LETTER)


def test_a_message_that_will_never_be_taken_is_refused(topics, server) -> None:
    server.codes = [grpc.StatusCode.INVALID_ARGUMENT]

    with pytest.raises(RefusedError):
        topics.publish(LETTER)


def test_a_topic_that_a_function_was_not_given_is_refused(topics, server) -> None:
    with pytest.raises(RefusedError):
        topics.publish(Outgoing("documents", b"", {"user_id": "ada"}))

    assert not server.taken
