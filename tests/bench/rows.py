"""The peers that read samples as objects: pydantic models, one a sample."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - pydantic reads the annotations
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from clarity.domain.intake.samples import KIND_INDEX
from tests.bench import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Writer(BaseModel):
    """What wrote a sample."""

    name: str
    bundle_identifier: str


class Revision(BaseModel):
    """The writer's version."""

    source: Writer
    product_type: str | None = None


class Sample(BaseModel):
    """One sample of the iOS client."""

    sample_type: str
    value: float | None = None
    category_value: int | None = None
    unit: str | None = None
    start_date: datetime
    end_date: datetime
    metadata: dict[str, str | float]
    source_revision: Revision


class Device(BaseModel):
    """The phone."""

    time_zone: str


class Upload(BaseModel):
    """What the iOS client sends."""

    device_info: Device
    samples: list[Sample]


def read(documents: Iterable[Mapping[str, Any]]) -> list[list[float]]:
    """Kind, start, end, value, offset and source of every sample of some uploads, as columns."""
    return _columns(Upload.model_validate(document) for document in documents)


def read_json(texts: Iterable[bytes]) -> list[list[float]]:
    """The same of uploads as JSON."""
    return _columns(Upload.model_validate_json(text) for text in texts)


def _columns(uploads: Iterable[Upload]) -> list[list[float]]:
    sources: dict[tuple[str, str, str], int] = {}
    zones: dict[str, ZoneInfo] = {}
    out = []
    for upload in uploads:
        home = upload.device_info.time_zone
        for sample in upload.samples:
            kind, revision = KIND_INDEX[sample.sample_type], sample.source_revision
            zone = str(sample.metadata.get("HKTimeZone", home))
            key = (
                revision.source.name, revision.source.bundle_identifier, revision.product_type or ""
            )  # fmt: skip
            out.append(
                (
                    float(kind),
                    sample.start_date.timestamp(),
                    sample.end_date.timestamp(),
                    plain.value(kind, sample.value, sample.category_value),
                    plain.offset(sample.start_date, zones.setdefault(zone, ZoneInfo(zone))),
                    float(sources.setdefault(key, len(sources))),
                )
            )
    return [list(column) for column in zip(*out, strict=True)]
