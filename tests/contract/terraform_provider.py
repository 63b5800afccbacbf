"""The vendored schema as a provider, so that Terraform itself validates infra/gcp without Google.

It speaks as much of Terraform's plugin protocol 5 (docs/plugin-protocol/tfplugin5.proto in its
sources) as `terraform validate` asks; Terraform finds it by TF_REATTACH_PROVIDERS.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import grpc

from infra.terraform.schema import VENDORED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SERVICE = "/tfplugin5.Provider/"
_PROVIDER = "registry.terraform.io/hashicorp/google"
_LIST, _SINGLE = 2, 1  # Schema.NestedBlock.NestingMode


def _varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value) if value else b""


def _type(shape: Any, detail: Any) -> Any:
    """A type as cty writes it in JSON."""
    if isinstance(detail, dict):
        members = {name: _type(*_entry(entry)) for name, entry in detail.items()}
        return ["list", ["object", members]]
    if shape == "any":
        return "dynamic"
    return shape if isinstance(shape, str) else [shape[0], _type(shape[1], None)]


def _entry(entry: list[Any]) -> tuple[Any, Any]:
    return entry[0], entry[2] if len(entry) > 2 else None


def _schema(body: dict[str, list[Any]]) -> bytes:
    return _bytes(2, _block(body))


def _block(body: dict[str, list[Any]]) -> bytes:
    return b"".join(
        _bytes(3, _nested(name, entry))
        if entry[0] in ("block", "blocks")
        else _bytes(2, _attribute(name, entry))
        for name, entry in body.items()
    )


def _nested(name: str, entry: list[Any]) -> bytes:
    shape, flags, body = entry
    head = _bytes(1, name.encode()) + _bytes(2, _block(body))
    if name == "timeouts":
        return head + _number(3, _SINGLE)
    return head + _number(3, _LIST) + _number(4, "r" in flags) + _number(5, shape == "block")


def _attribute(name: str, entry: list[Any]) -> bytes:
    kind = json.dumps(_type(*_entry(entry)))
    flags = [letter in entry[1] for letter in "roc"]
    stated = b"".join(_number(field, flag) for field, flag in zip((4, 5, 6), flags, strict=True))
    return _bytes(1, name.encode()) + _bytes(2, kind.encode()) + stated


def _answer() -> bytes:
    """GetProviderSchema.Response."""
    types = json.loads(VENDORED.read_text())["types"]
    answer = _bytes(1, _schema(types.pop("provider")))
    for name, body in types.items():
        kind, word = name.split(".")
        pair = _bytes(1, word.encode()) + _bytes(2, _schema(body))
        answer += _bytes(2 if kind == "resource" else 3, pair)
    return answer


class _Provider(grpc.GenericRpcHandler):
    def __init__(self) -> None:
        self._answers: dict[str, Callable[[bytes], bytes]] = {
            "GetSchema": lambda _: _answer(),
            "PrepareProviderConfig": lambda request: request,  # the same message, the same field
            "ValidateResourceTypeConfig": lambda _: b"",  # no diagnostics
            "ValidateDataSourceConfig": lambda _: b"",
            "Stop": lambda _: b"",
        }

    def service(self, details: Any) -> Any:
        answer = self._answers.get(details.method.removeprefix(_SERVICE))
        if answer is None:
            return None
        return grpc.unary_unary_rpc_method_handler(lambda request, _: answer(request))


@contextmanager
def provided() -> Iterator[dict[str, str]]:
    """The variables by which Terraform finds the running provider."""
    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((_Provider(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    reattach = {
        "Protocol": "grpc",
        "ProtocolVersion": 5,
        "Pid": os.getpid(),
        "Test": True,
        "Addr": {"Network": "tcp", "String": f"127.0.0.1:{port}"},
    }
    try:
        yield {
            "TF_REATTACH_PROVIDERS": json.dumps({_PROVIDER: reattach}),
            "CHECKPOINT_DISABLE": "1",
        }
    finally:
        server.stop(None).wait()
