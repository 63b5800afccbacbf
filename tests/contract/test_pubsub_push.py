"""Push, on our server and on Google's emulator: what is sent, and what each answer means."""

from __future__ import annotations

import base64
import json
import threading
import time
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from google.api_core import exceptions
from google.protobuf.duration_pb2 import Duration

from infra.local.database import Database
from infra.local.pubsub import PubSub
from tests.contract.http_sink import sink
from tests.contract.pubsub_servers import datas, embedded_only

if TYPE_CHECKING:
    from pathlib import Path

QUICK = {"minimum_backoff": Duration(nanos=100_000_000), "maximum_backoff": Duration(seconds=1)}


def test_a_push_carries_the_envelope_of_the_service(pubsub):
    topic = pubsub.topic()
    with sink() as server:
        subscription = pubsub.subscription(topic, push_config={"push_endpoint": server.url})
        identity = pubsub.publish(topic, b"\x01body", user_id="u1")

        (request,) = server.wait_for(1)
        pubsub.subscriber.delete_subscription(subscription=subscription)

    envelope = json.loads(request.body)
    message = envelope["message"]
    assert envelope["subscription"] == subscription
    assert base64.b64decode(message["data"]) == b"\x01body"
    assert message["attributes"] == {"user_id": "u1"}
    assert message["messageId"] == message["message_id"] == identity
    assert message["publishTime"] == message["publish_time"]
    assert "deliveryAttempt" not in envelope
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [201, 202, 204])
def test_a_success_acknowledges(pubsub, status):
    topic = pubsub.topic()
    with sink(lambda _: status) as server:
        subscription = pubsub.subscription(topic, push_config={"push_endpoint": server.url})
        pubsub.publish(topic)
        server.wait_for(1)
        time.sleep(0.5)

        assert len(server.requests) == 1
        pubsub.subscriber.delete_subscription(subscription=subscription)


@pytest.mark.parametrize("status", [302, 400, 429, 500])
def test_anything_else_brings_the_message_again(pubsub, status):
    topic = pubsub.topic()
    with sink(lambda n: status if n < 3 else 200) as server:
        subscription = pubsub.subscription(
            topic, push_config={"push_endpoint": server.url}, retry_policy=QUICK
        )
        identity = pubsub.publish(topic)
        requests = server.wait_for(3)
        pubsub.subscriber.delete_subscription(subscription=subscription)

    assert {json.loads(each.body)["message"]["messageId"] for each in requests} == {identity}


def test_an_endpoint_that_is_not_there_yet_gets_its_message_later(pubsub):
    topic = pubsub.topic()
    with sink() as server:
        port = int(server.url.rsplit(":", 1)[1].strip("/"))
    subscription = pubsub.subscription(
        topic,
        push_config={"push_endpoint": f"http://127.0.0.1:{port}/"},
        retry_policy=QUICK,
    )
    pubsub.publish(topic, b"patient")
    time.sleep(0.5)

    with sink(port=port) as server:
        (request,) = server.wait_for(1, within_s=15)
        pubsub.subscriber.delete_subscription(subscription=subscription)

    assert base64.b64decode(json.loads(request.body)["message"]["data"]) == b"patient"


def test_pushes_are_bounded_in_number(pubsub):
    embedded_only(pubsub, "has a slow start of its own")
    topic = pubsub.topic()
    gate = threading.Event()

    def hold(_: int) -> int:
        gate.wait(10)
        return 200

    with sink(hold) as server:
        subscription = pubsub.subscription(topic, push_config={"push_endpoint": server.url})
        for future in [pubsub.publisher.publish(topic, b"x") for _ in range(60)]:
            future.result(timeout=10)
        server.wait_for(16)
        time.sleep(0.3)
        assert server.most_at_once == 16
        gate.set()
        assert len(server.wait_for(60)) == 60
        time.sleep(0.3)
        assert server.most_at_once == 16
        pubsub.subscriber.delete_subscription(subscription=subscription)


def test_the_pushes_of_a_key_follow_one_another(pubsub):
    embedded_only(pubsub, "pushes without the ordering key")
    topic = pubsub.topic()
    with sink(lambda n: 500 if n in {2, 3} else 200) as server:
        subscription = pubsub.subscription(
            topic,
            enable_message_ordering=True,
            push_config={"push_endpoint": server.url},
            retry_policy=QUICK,
        )
        for n in range(5):
            pubsub.publish(topic, str(n).encode(), key="k")
        requests = server.wait_for(7)
        pubsub.subscriber.delete_subscription(subscription=subscription)

    order = [base64.b64decode(json.loads(each.body)["message"]["data"]) for each in requests]
    assert order == [b"0", b"1", b"1", b"1", b"2", b"3", b"4"]
    assert {json.loads(each.body)["message"]["orderingKey"] for each in requests} == {"k"}
    assert server.most_at_once == 1


def test_a_push_counts_its_attempts_and_dies_after_the_last(pubsub):
    embedded_only(pubsub, "pushes without deliveryAttempt")
    topic, graveyard = pubsub.topic(), pubsub.topic()
    dead = pubsub.subscription(graveyard)
    with sink(lambda _: 500) as server:
        subscription = pubsub.subscription(
            topic,
            push_config={"push_endpoint": server.url},
            retry_policy=QUICK,
            dead_letter_policy={"dead_letter_topic": graveyard, "max_delivery_attempts": 5},
        )
        pubsub.publish(topic, b"poison")
        requests = server.wait_for(5)

        assert datas(pubsub.collect(dead, 1)) == [b"poison"]
        pubsub.subscriber.delete_subscription(subscription=subscription)

    assert [json.loads(each.body)["deliveryAttempt"] for each in requests] == [1, 2, 3, 4, 5]


def test_without_a_wrapper_the_data_is_the_body_and_the_attributes_are_headers(pubsub):
    embedded_only(pubsub, "never sends this push")
    topic = pubsub.topic()
    push = {"no_wrapper": {"write_metadata": True}}
    with sink() as server:
        subscription = pubsub.subscription(topic, push_config={"push_endpoint": server.url, **push})
        identity = pubsub.publish(topic, b"\x00raw", **{"ce-id": "1", "spoilt": "line\nbreak"})
        (request,) = server.wait_for(1)
        pubsub.subscriber.delete_subscription(subscription=subscription)

    assert request.body == b"\x00raw"
    assert request.headers["ce-id"] == "1"
    assert "spoilt" not in request.headers
    assert request.headers["x-goog-pubsub-message-id"] == identity
    assert request.headers["x-goog-pubsub-subscription-name"] == subscription


def test_a_subscription_changes_between_push_and_pull(pubsub):
    topic = pubsub.topic()
    with sink() as server:
        subscription = pubsub.subscription(topic, push_config={"push_endpoint": server.url})
        pubsub.subscriber.modify_push_config(subscription=subscription, push_config={})
        pubsub.publish(topic, b"pulled")
        assert datas(pubsub.collect(subscription, 1)) == [b"pulled"]

        pubsub.subscriber.modify_push_config(
            subscription=subscription, push_config={"push_endpoint": server.url}
        )
        pubsub.publish(topic, b"pushed")
        (request,) = server.wait_for(1)
        pubsub.subscriber.delete_subscription(subscription=subscription)

    assert base64.b64decode(json.loads(request.body)["message"]["data"]) == b"pushed"


@pytest.mark.parametrize(
    "endpoint", ["https://example.com/hook", "http://10.0.0.1/", "http://127.0.0.1.example.com/"]
)
def test_a_push_never_leaves_the_machine(pubsub, endpoint):
    embedded_only(pubsub, "pushes anywhere")

    with pytest.raises(exceptions.InvalidArgument, match="loopback"):
        pubsub.subscription(pubsub.topic(), push_config={"push_endpoint": endpoint})


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_a_push_proves_who_sent_it(pubsub):
    embedded_only(pubsub, "sends no OIDC header")
    topic = pubsub.topic()
    account = "pusher@clarity-local.iam.gserviceaccount.com"
    token = {"service_account_email": account, "audience": "https://preprocess"}
    with sink() as server:
        subscription = pubsub.subscription(
            topic, push_config={"push_endpoint": server.url, "oidc_token": token}
        )
        pubsub.publish(topic)
        (request,) = server.wait_for(1)
        pubsub.subscriber.delete_subscription(subscription=subscription)

    scheme, bearer = request.headers["authorization"].split(" ")
    header, claims = (json.loads(decoded(part)) for part in bearer.split(".")[:2])
    assert scheme == "Bearer"
    assert header["alg"] == "RS256"
    assert claims["iss"] == "https://accounts.google.com"
    assert claims["aud"] == "https://preprocess"
    assert claims["email"] == account
    assert claims["email_verified"] is True
    assert claims["sub"].isdecimal()
    assert claims["iat"] <= time.time() < claims["exp"] <= claims["iat"] + 3600


def test_the_key_set_verifies_a_token_and_outlives_a_restart(tmp_path: Path):
    database = Database(tmp_path / "state.db")
    first = PubSub(database)
    bearer = first.tokens.bearer("a@b.c", "audience")
    keys = first.jwks()
    database.close()

    database = Database(tmp_path / "state.db")
    assert PubSub(database).jwks() == keys
    database.close()

    signed, signature = bearer.rsplit(".", 1)
    (key,) = keys["keys"]
    assert json.loads(decoded(signed.split(".", maxsplit=1)[0]))["kid"] == key["kid"]
    numbers = rsa.RSAPublicNumbers(*(int.from_bytes(decoded(key[each])) for each in ("e", "n")))
    numbers.public_key().verify(
        decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
    )
