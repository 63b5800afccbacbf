"""The topics' schema takes each message that the functions write, and nothing else.

Pub/Sub reads JSON by protobuf's own mapping, and so does this test. Google's emulator cannot judge:
it answers that it knows no protobuf schemas.
"""

from __future__ import annotations

import json
import re
from itertools import product

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

from clarity.domain.events import JobMessage
from clarity.domain.job import Origin
from tests.contract.servers import ROOT

PROTO = (ROOT / "infra/gcp/schemas/job-message.proto").read_text()
KINDS = {
    "int32": descriptor_pb2.FieldDescriptorProto.TYPE_INT32,
    "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
}
ORIGINS = {
    "upload": Origin("ada", "uploads", "u1"),
    "request": Origin("ada", "insight_requests", "r1"),
}
WRITTEN = {
    f"{name}, {analysis}, {history}": JobMessage(origin, "high", analysis, history).body()
    for (name, origin), analysis, history in product(
        ORIGINS.items(), ("analysis", None), ("history", None)
    )
}
BODY = WRITTEN["upload, None, None"]
FOREIGN = {
    "not JSON": b"\xff",
    "an array": json.dumps([BODY]).encode(),
    "an unknown field": json.dumps(BODY | {"heart_rate": 61}).encode(),
    "a number as id": json.dumps(BODY | {"user_id": 7}).encode(),
    "a word as version": json.dumps(BODY | {"schema_version": "one"}).encode(),
    "two origins": json.dumps(BODY | {"request_id": "r1"}).encode(),
}


def fields() -> dict[str, tuple[str, int, bool]]:
    """Name -> type, number, whether it is in the oneof: what the one message declares."""
    found = {}
    oneof = PROTO[PROTO.index("oneof") : PROTO.index("}", PROTO.index("oneof"))]
    for kind, name, number in re.findall(r"^ +(\w+) (\w+) = (\d+);$", PROTO, re.MULTILINE):
        found[name] = (kind, int(number), f" {name} " in oneof)
    return found


@pytest.fixture(scope="module")
def message() -> type:
    file = descriptor_pb2.FileDescriptorProto(name="m.proto", syntax="proto3")
    declared = file.message_type.add(name="JobMessage")
    declared.oneof_decl.add(name="origin")
    for name, (kind, number, alternative) in fields().items():
        field = declared.field.add(name=name, number=number, type=KINDS[kind], label=1)
        if alternative:
            field.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("JobMessage"))


def test_the_schema_names_the_keys_of_the_messages_and_no_others():
    written = {key for body in WRITTEN.values() for key in body}

    assert set(fields()) == written


@pytest.mark.parametrize("name", WRITTEN)
def test_a_written_message_keeps_its_meaning(message, name):
    body = WRITTEN[name]

    read = json_format.Parse(json.dumps(body), message())

    assert json_format.MessageToDict(read, preserving_proto_field_name=True) == body


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_message_is_refused(message, name):
    with pytest.raises((json_format.ParseError, UnicodeDecodeError)):
        json_format.Parse(FOREIGN[name], message())
