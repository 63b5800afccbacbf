"""Random Firestore requests from a seed, and how two servers' answers differ."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc
from google.cloud.firestore_v1 import types
from google.protobuf import json_format
from google.protobuf.struct_pb2 import NULL_VALUE

from infra.local.firestore import METHODS, SERVICE

if TYPE_CHECKING:
    from collections.abc import Callable

Message = Any  # protobuf classes made at import time

FIELDS = ("a", "b", "c.d", "c.e", "`x.y`", "t")
NAMES = ("a", "b", "c", "x.y", "t")
COLLECTIONS = ("k", "l", "k/a/k", "k/b/m", "l/gap/k")
OPERATORS = types.StructuredQuery.FieldFilter.Operator
UNARY = types.StructuredQuery.UnaryFilter.Operator
DATABASE = "projects/clarity-fuzz-{seed}/databases/(default)"

_UNCOMPARED = {
    *("createTime", "updateTime", "readTime", "commitTime", "done"),
    "skippedResults",  # the emulator repeats it
    "message",  # a status's words differ, its code must not
}
_LIST_OPERATORS = {OPERATORS.IN, OPERATORS.NOT_IN, OPERATORS.ARRAY_CONTAINS_ANY}


class Remote:
    """A server, called by raw protobuf messages."""

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(address)

    def call(self, method: str, request: Message) -> str:
        """The answer as text, or the status code."""
        shape, _, response = METHODS[method]
        call = getattr(self._channel, shape)(
            f"/{SERVICE}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=response.FromString,
        )
        try:
            answer = call(request, metadata=[("authorization", "Bearer owner")], timeout=20)
            answers = [answer] if shape == "unary_unary" else list(answer)
        except grpc.RpcError as error:
            return str(error.code())
        return "\n".join(filter(None, map(_text, answers)))

    def close(self) -> None:
        self._channel.close()


def _text(message: Message) -> str:
    plain = _compared(json_format.MessageToDict(message))
    return json.dumps(plain, sort_keys=True) if plain else ""


def _compared(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: "now" if _is_server_time(key, item) else _compared(item)
            for key, item in value.items()
            if key not in _UNCOMPARED
        }
    if isinstance(value, list):
        return [_compared(item) for item in value]
    return value


def _is_server_time(key: str, item: Any) -> bool:
    return key == "timestampValue" and item > "2000"  # the fuzz itself writes times of 1970


@dataclass
class Fuzz:
    """A stream of requests; the same seed gives the same requests."""

    seed: int
    random: random.Random = field(init=False)
    seen: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.database = DATABASE.format(seed=self.seed)
        self.root = f"{self.database}/documents"

    def request(self) -> tuple[str, Message]:
        kinds: list[tuple[int, Callable[[], tuple[str, Message]]]] = [
            (35, self.commit),
            (3, self.batch_write),
            (45, self.run_query),
            (10, self.aggregate),
            (5, self.get),
            (2, self.list_collections),
            (3, self.list_documents),
        ]
        weights = [weight for weight, _ in kinds]
        return self.random.choices([make for _, make in kinds], weights)[0]()

    # -- values ---------------------------------------------------------------------------------

    def value(self) -> Message:
        """A new value, or one from before, so that filters find something."""
        if self.seen and self.random.random() < 0.5:
            return self.random.choice(self.seen)
        value = self.fresh()
        self.seen.append(value)
        return value

    def fresh(self, depth: int = 0) -> Message:
        make = types.Value.pb()
        pick = self.random.choice
        makers: list[Callable[[], Message]] = [
            lambda: make(null_value=NULL_VALUE),
            lambda: make(boolean_value=pick([True, False])),
            lambda: make(integer_value=pick([-3, 0, 1, 1, 2, 3, 2**53, 2**53 + 1, 2**63 - 1])),
            lambda: make(integer_value=pick([-3, 0, 1, 1, 2, 3])),
            lambda: make(double_value=pick([-0.0, 0.0, 1.0, 1.5, 2.0, -1e300, 5e-324])),
            lambda: make(double_value=pick([float("nan"), float("inf"), float("-inf"), 2.0**53])),
            lambda: make(timestamp_value={"seconds": pick([0, 5]), "nanos": pick([0, 1000, 1500])}),
            lambda: make(string_value=pick(["", "a", "b", "ab", "é", "\U0001f600", "\uffee"])),
            lambda: make(bytes_value=pick([b"", b"a", b"\xff"])),
            lambda: make(reference_value=f"{self.root}/{pick(['k/a', 'k/b', 'l/a', 'k/a/k/z'])}"),
            lambda: make(
                geo_point_value={"latitude": pick([0.0, 1.0, -1.0]), "longitude": pick([0.0, 2.0])}
            ),
        ]
        if depth == 0:
            makers += [lambda: self.array(depth), lambda: self.array(depth), self.vector]
        if depth < 2:
            makers += [lambda: self.map(depth), lambda: self.map(depth)]
        return pick(makers)()

    def array(self, depth: int = 0) -> Message:
        value = types.Value.pb()()
        value.array_value.values.extend(
            self.fresh(depth + 1) for _ in range(self.random.randint(0, 3))
        )
        return value

    def map(self, depth: int = 0) -> Message:
        value = types.Value.pb()()
        value.map_value.SetInParent()
        for name in self.random.sample(["d", "e", "é"], self.random.randint(0, 2)):
            value.map_value.fields[name].CopyFrom(self.fresh(depth + 1))
        return value

    def vector(self) -> Message:
        value = types.Value.pb()()
        value.map_value.fields["__type__"].string_value = "__vector__"
        elements = value.map_value.fields["value"].array_value
        elements.SetInParent()
        for _ in range(self.random.randint(1, 3)):
            elements.values.add().double_value = self.random.choice([0.0, 1.0, -1.5])
        return value

    # -- writes ---------------------------------------------------------------------------------

    def name(self) -> str:
        identity = self.random.choice(["a", "b", "c", "d", "e", "f", "g", "h", "é", "z"])
        return f"{self.root}/{self.random.choice(COLLECTIONS)}/{identity}"

    def field(self) -> str:
        return self.random.choice(FIELDS)

    def write(self) -> Message:
        chance = self.random.random()
        make = types.Write.pb()
        if chance < 0.12:
            write = make(delete=self.name())
        elif chance < 0.2:
            write = make(transform={"document": self.name()})
            write.transform.field_transforms.extend(self.transforms(1))
        else:
            write = make(update={"name": self.name()})
            for name in self.random.sample(NAMES, self.random.randint(0, 4)):
                write.update.fields[name].CopyFrom(self.value())
            if self.random.random() < 0.4:
                write.update_mask.field_paths.extend(
                    self.random.sample(FIELDS, self.random.randint(0, 3))
                )
                write.update_mask.SetInParent()
            if self.random.random() < 0.3:
                write.update_transforms.extend(self.transforms(1))
        if self.random.random() < 0.15:
            write.current_document.exists = self.random.random() < 0.7
        return write

    def transforms(self, least: int) -> list[Message]:
        return [self.transform() for _ in range(self.random.randint(least, 3))]

    def transform(self) -> Message:
        change = types.DocumentTransform.FieldTransform.pb()(field_path=self.field())
        kind = self.random.choice(
            ["time", "increment", "increment", "maximum", "minimum", "union", "remove"]
        )
        if kind == "time":
            change.set_to_server_value = 1
        elif kind in {"union", "remove"}:
            name = "append_missing_elements" if kind == "union" else "remove_all_from_array"
            getattr(change, name).CopyFrom(self.array().array_value)
        else:
            number = self.fresh(2)
            while number.WhichOneof("value_type") not in {"integer_value", "double_value"}:
                number = self.fresh(2)
            getattr(change, kind).CopyFrom(number)
        return change

    def commit(self) -> tuple[str, Message]:
        request = types.CommitRequest.pb()(database=self.database)
        request.writes.extend(self.write() for _ in range(self.random.choice([1, 1, 1, 2, 3])))
        return "Commit", request

    def batch_write(self) -> tuple[str, Message]:
        request = types.BatchWriteRequest.pb()(database=self.database)
        request.writes.extend(self.write() for _ in range(self.random.randint(1, 3)))
        return "BatchWrite", request

    # -- reads ----------------------------------------------------------------------------------

    def get(self) -> tuple[str, Message]:
        request = types.GetDocumentRequest.pb()(name=self.name())
        if self.random.random() < 0.3:
            request.mask.field_paths.extend(self.random.sample(FIELDS, 2))
        return "GetDocument", request

    def list_collections(self) -> tuple[str, Message]:
        parent = self.random.choice([self.root, f"{self.root}/k/a", f"{self.root}/l/gap"])
        return "ListCollectionIds", types.ListCollectionIdsRequest.pb()(parent=parent)

    def list_documents(self) -> tuple[str, Message]:
        return "ListDocuments", types.ListDocumentsRequest.pb()(
            parent=self.root,
            collection_id=self.random.choice(["k", "l"]),
            show_missing=self.random.random() < 0.5,
            page_size=self.random.choice([0, 100]),
        )

    def run_query(self) -> tuple[str, Message]:
        request = types.RunQueryRequest.pb()(parent=self.parent())
        request.structured_query.CopyFrom(self.query())
        return "RunQuery", request

    def aggregate(self) -> tuple[str, Message]:
        request = types.RunAggregationQueryRequest.pb()(parent=self.parent())
        asked = request.structured_aggregation_query
        asked.structured_query.CopyFrom(self.query())
        for index, kind in enumerate(
            self.random.sample(["count", "sum", "avg"], self.random.randint(1, 2))
        ):
            aggregation = asked.aggregations.add(alias=f"r{index}")
            if kind == "count":
                aggregation.count.SetInParent()
            else:
                getattr(aggregation, kind).field.field_path = self.field()
        return "RunAggregationQuery", request

    def parent(self) -> str:
        return self.random.choice([self.root, self.root, self.root, f"{self.root}/k/a"])

    def query(self) -> Message:
        query = types.StructuredQuery.pb()()
        query.from_.add(
            collection_id=self.random.choice(["k", "k", "l"]),
            all_descendants=self.random.random() < 0.3,
        )
        chance = self.random.random()
        if chance < 0.45:
            query.where.CopyFrom(self.leaf())
        elif chance < 0.8:
            query.where.CopyFrom(self.composite(0))
        self.order(query)
        if self.random.random() < 0.3:
            query.limit.value = self.random.choice([0, 1, 2, 3, 5])
            query.limit.SetInParent()
        if self.random.random() < 0.15:
            query.offset = self.random.choice([1, 2, 5])
        if self.random.random() < 0.1:
            query.select.SetInParent()
            for _ in range(self.random.randint(0, 2)):
                query.select.fields.add(
                    field_path=self.random.choice(["a", "c", "c.d", "t", "__name__"])
                )
        return query

    def leaf(self) -> Message:
        condition = types.StructuredQuery.Filter.pb()()
        if self.random.random() < 0.12:
            condition.unary_filter.op = self.random.choice(
                [UNARY.IS_NAN, UNARY.IS_NULL, UNARY.IS_NOT_NAN, UNARY.IS_NOT_NULL]
            )
            condition.unary_filter.field.field_path = self.field()
            return condition
        by_name = self.random.random() < 0.1
        inner = condition.field_filter
        inner.op = self.random.randint(1, 10)
        inner.field.field_path = "__name__" if by_name else self.field()
        many = inner.op in _LIST_OPERATORS
        if many:
            inner.value.array_value.SetInParent()
            inner.value.array_value.values.extend(
                self.operand(by_name) for _ in range(self.random.randint(1, 3))
            )
        else:
            inner.value.CopyFrom(self.operand(by_name))
        return condition

    def operand(self, by_name: bool) -> Message:
        if by_name:
            return types.Value.pb()(reference_value=self.name())
        return self.value()

    def composite(self, depth: int) -> Message:
        condition = types.StructuredQuery.Filter.pb()()
        condition.composite_filter.op = self.random.choice([1, 1, 2])
        for _ in range(self.random.randint(1, 3)):
            nested = depth == 0 and self.random.random() < 0.25
            condition.composite_filter.filters.append(
                self.composite(depth + 1) if nested else self.leaf()
            )
        return condition

    def order(self, query: Message) -> None:
        if self.random.random() < 0.45:
            return
        for path in self.random.sample([*FIELDS, "__name__"], self.random.choice([1, 1, 2])):
            order = query.order_by.add(direction=self.random.choice([1, 2]))
            order.field.field_path = path
        for side in ("start_at", "end_at"):
            if self.random.random() < 0.3:
                self.cursor(query, getattr(query, side))

    def cursor(self, query: Message, cursor: Message) -> None:
        cursor.before = self.random.random() < 0.5
        orders = [order.field.field_path for order in query.order_by]
        if "__name__" not in orders and self.random.random() < 0.3:
            orders.append("__name__")
        for path in orders[: self.random.randint(1, len(orders))]:
            cursor.values.append(self.operand(path == "__name__"))


def differences(seed: int, operations: int, ours: str, theirs: str) -> list[str]:
    """The requests of a seed that two servers answer differently."""
    fuzz = Fuzz(seed)
    one, other = Remote(ours), Remote(theirs)
    found = []
    try:
        for step in range(operations):
            method, request = fuzz.request()
            mine, yours = one.call(method, request), other.call(method, request)
            if mine != yours:
                found.append(f"step {step} {method}\n{request}\nours: {mine}\ntheirs: {yours}\n")
    finally:
        one.close()
        other.close()
    return found
