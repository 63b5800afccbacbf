"""What the embedded Cloud Storage makes of odd requests, and of connections that are cut."""

from __future__ import annotations

import hashlib
import http.client
import random
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
from google.api_core import exceptions

from tests.cloud import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.cloud.storage import Bucket

MIB = 1 << 20
DIGITS = "9" * 5000  # of which Python makes no number
NESTED = '{"a":' + "[" * 100_000


@pytest.fixture
def base(cloud) -> str:
    return cloud.variables["STORAGE_EMULATOR_HOST"]


def media(base: str, bucket: Bucket, name: str = "o", **headers: str) -> requests.Response:
    url = f"{base}/storage/v1/b/{bucket.name}/o/{name}?alt=media"
    return requests.get(
        url, headers={k.replace("_", "-"): v for k, v in headers.items()}, timeout=5
    )


def session(bucket: Bucket, name: str = "o") -> str:
    url: str = bucket.blob(name).create_resumable_upload_session()
    return url


def how_far(url: str) -> str | None:
    found = requests.put(url, headers={"content-range": "bytes */*"}, timeout=5)
    assert found.status_code == 308
    return found.headers.get("range")


@contextmanager
def sending(url: str, *headers: str) -> Iterator[socket.socket]:
    """A PUT of which nothing but the head is sent yet."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80)) as opened:
        head = [f"PUT {parts.path}?{parts.query} HTTP/1.1", f"Host: {parts.netloc}", *headers]
        opened.sendall("\r\n".join([*head, "", ""]).encode())
        yield opened


def test_a_chunk_is_kept_while_it_still_comes(bucket) -> None:
    url, data = session(bucket), random.Random(1).randbytes(9 * MIB)

    with sending(url, f"Content-Length: {len(data)}") as opened:
        opened.sendall(data[: 5 * MIB])
        until(lambda: how_far(url) == f"bytes=0-{4 * MIB - 1}", 5, "the first of it")
        opened.sendall(data[5 * MIB :])
        assert opened.recv(12) == b"HTTP/1.1 200"

    assert bucket.get_blob("o").download_as_bytes() == data


def test_a_file_that_the_client_sends_as_one_chunk_comes_whole(bucket, tmp_path) -> None:
    data = random.Random(2).randbytes(MIB) * 66
    (tmp_path / "file").write_bytes(data)

    bucket.blob("o").upload_from_filename(tmp_path / "file")

    assert bucket.get_blob("o").size == len(data)
    sent = hashlib.md5(data, usedforsecurity=False).digest()
    assert hashlib.md5(bucket.blob("o").download_as_bytes(), usedforsecurity=False).digest() == sent


def test_an_upload_of_unknown_length_that_is_cut_short_makes_no_object(bucket) -> None:
    url, start = session(bucket), bytes(4 * MIB)

    with sending(url, "Transfer-Encoding: chunked") as opened:
        opened.sendall(b"400000\r\n" + start + b"\r\n")
        until(lambda: how_far(url) == f"bytes=0-{4 * MIB - 1}", 5, "the first of it")
        opened.sendall(b"5\r\nhello\r\n")

    short = requests.put(url, data=iter([b"another"]), timeout=5)
    assert (short.status_code, bucket.blob("o").exists()) == (400, False)
    done = requests.put(url, data=iter([start, b"hello!"]), timeout=5)
    assert (done.status_code, done.json()["size"]) == (200, str(len(start) + 6))


def test_more_than_was_announced_makes_no_object(bucket) -> None:
    url = session(bucket)

    first = requests.put(
        url, data=bytes(MIB), headers={"content-range": f"bytes 0-{MIB - 1}/*"}, timeout=5
    )
    end = requests.put(url, headers={"content-range": "bytes */5"}, timeout=5)
    more = requests.put(url, data=b"xyz", headers={"content-range": "bytes 0-1/2"}, timeout=5)

    assert (first.status_code, end.status_code, more.status_code) == (308, 400, 400)
    assert not bucket.blob("o").exists()


def test_of_two_who_send_the_same_chunk_one_object_comes(bucket) -> None:
    url, data = session(bucket), random.Random(3).randbytes(6 * MIB)

    with sending(url, f"Content-Length: {len(data)}") as slow:
        slow.sendall(data[: 5 * MIB])
        until(lambda: how_far(url) == f"bytes=0-{4 * MIB - 1}", 5, "the first of it")
        fast = requests.put(url, data=data, timeout=5)
        slow.sendall(data[5 * MIB :])
        assert slow.recv(12) == b"HTTP/1.1 200"

    assert bucket.get_blob("o").generation == int(fast.json()["generation"])
    assert bucket.blob("o").download_as_bytes() == data


def test_a_session_ends_with_its_bucket(buckets) -> None:
    bucket = buckets.create_bucket("ended-with-its-bucket")
    url = session(bucket)
    bucket.delete()

    assert requests.put(url, data=b"x", timeout=5).status_code == 404
    assert list(buckets.create_bucket(bucket.name).list_blobs()) == []


def test_all_sums_count_in_whatever_header(bucket) -> None:
    parts = urlsplit(session(bucket))
    connection = http.client.HTTPConnection(parts.netloc)
    connection.putrequest("PUT", f"{parts.path}?{parts.query}")
    for header, value in (
        ("x-goog-hash", "crc32c=mnG7TA=="),  # of "hello"
        ("x-goog-hash", "md5=AAAAAAAAAAAAAAAAAAAAAA=="),
        ("content-length", "5"),
    ):
        connection.putheader(header, value)
    connection.endheaders(b"hello")

    answer = connection.getresponse()

    assert (answer.status, b"doesn't match calculated MD5" in answer.read()) == (400, True)
    connection.close()


RANGES: dict[str, tuple[int, bytes | None, str | None]] = {
    "bytes=5-3": (200, b"0123456789", None),
    "bytes=0-1,3-4": (200, b"0123456789", None),
    "lines=0-1": (200, b"0123456789", None),
    "bytes=-": (200, b"0123456789", None),
    "Bytes=0-1": (206, b"01", "bytes 0-1/10"),
    f"bytes=8-{DIGITS}": (206, b"89", "bytes 8-9/10"),
    f"bytes=-{DIGITS}": (206, b"0123456789", "bytes 0-9/10"),
    "bytes=-0": (416, None, "bytes */10"),
    "bytes=10-": (416, None, "bytes */10"),
    f"bytes={DIGITS}-": (416, None, "bytes */10"),
}


@pytest.mark.parametrize("asked", RANGES, ids=lambda each: each[:14])
def test_a_range(bucket, base, asked) -> None:
    bucket.blob("o").upload_from_string(b"0123456789")
    status, content, told = RANGES[asked]

    found = media(base, bucket, range=asked)

    assert (found.status_code, found.headers.get("content-range")) == (status, told)
    assert content in (None, found.content)


def test_the_client_reads_an_empty_object_in_chunks(bucket) -> None:
    bucket.blob("o").upload_from_string(b"")

    assert bucket.blob("o", chunk_size=MIB).download_as_bytes() == b""


@pytest.mark.parametrize("given", [f"bytes 0-1/{DIGITS}", f"bytes {DIGITS}-{DIGITS}/*", "bytes 0"])
def test_a_content_range_that_is_none_is_refused(bucket, given) -> None:
    found = requests.put(session(bucket), data=b"xx", headers={"content-range": given}, timeout=5)

    assert found.status_code == 400


def test_whoever_has_this_version_is_told_so(bucket, base) -> None:
    bucket.blob("o").upload_from_string(b"x")
    etag = bucket.get_blob("o").etag

    seen = [
        media(base, bucket, **{header: value}).status_code
        for header in ("if_match", "if_none_match")
        for value in (etag, f'W/"{etag}"', f'"other", "{etag}"', "*", '"other"')
    ]

    assert seen == [200, 200, 200, 200, 412, 304, 304, 304, 304, 200]
    with pytest.raises(exceptions.PreconditionFailed):
        bucket.delete_blob("o", if_metageneration_match=2)
    assert bucket.blob("o").exists()


@pytest.mark.parametrize("name", ["%FF", "a%C3", "%ED%A0%80"])
def test_a_name_that_is_no_utf_8_is_refused(bucket, base, name) -> None:
    upload = f"{base}/upload/storage/v1/b/{bucket.name}/o?uploadType=media&name={name}"

    assert requests.post(upload, data=b"x", timeout=5).status_code == 400
    assert media(base, bucket, name).status_code == 400
    assert list(bucket.list_blobs()) == []


def test_a_text_of_any_language_comes_with_the_object(bucket, base) -> None:
    blob = bucket.blob("o")
    blob.content_disposition = 'attachment; filename="漢.zip"'
    blob.upload_from_string(b"x")

    found = media(base, bucket)

    said = found.headers["content-disposition"].encode("latin-1").decode()
    assert said == 'attachment; filename="漢.zip"'


def test_no_text_makes_a_header_of_its_own(bucket, base) -> None:
    blob = bucket.blob("o")
    blob.upload_from_string(b"x")
    blob.cache_control = "no-store\r\nset-cookie: a=b"

    with pytest.raises(exceptions.BadRequest, match="cacheControl"):
        blob.patch()
    asked = f"{base}/storage/v1/b/{bucket.name}/o/o?alt=media&response-content-type=a%0D%0Ab:c"
    assert requests.get(asked, timeout=5).status_code == 400


def test_what_is_not_made_is_not_passed_over(bucket, base) -> None:
    blob = bucket.blob("o")
    blob.upload_from_string(b"x")

    for call in (
        lambda: bucket.blob("p").upload_from_string(b"x", predefined_acl="publicRead"),
        lambda: bucket.blob("p", encryption_key=bytes(32)).upload_from_string(b"x"),
        lambda: list(bucket.list_blobs(soft_deleted=True)),
        lambda: list(bucket.list_blobs(match_glob="*", retry=None)),
        lambda: list(bucket.list_blobs(delimiter="/", include_trailing_delimiter=True)),
        blob.acl.reload,
        lambda: blob.rewrite(blob),
    ):
        with pytest.raises(exceptions.MethodNotImplemented, match="Not implemented here"):
            call()
    assert [each.name for each in bucket.list_blobs()] == ["o"]


def test_a_bucket_is_told_of_itself_by_its_version(buckets, bucket) -> None:
    bucket.labels = {"a": "1", "b": "2"}
    bucket.patch(if_metageneration_match=1)
    first = bucket.etag
    labels = bucket.labels
    del labels["a"]
    bucket.labels = labels
    bucket.patch()

    found = buckets.get_bucket(bucket.name)
    assert (found.labels, found.metageneration) == ({"b": "2"}, 3)
    assert found.etag != first
    for call in (bucket.patch, bucket.reload):
        with pytest.raises(exceptions.PreconditionFailed):
            call(if_metageneration_match=1)


RULE = {"action": {"type": "Delete"}, "condition": {"age": 3}}
RULES: dict[str, tuple[Any, int]] = {
    "none": ({"rule": []}, 200),
    "taken away": (None, 200),
    "of an age": ({"rule": [RULE]}, 200),
    "of an age in words": ({"rule": [RULE | {"condition": {"age": "3"}}]}, 400),
    "of an age that is true": ({"rule": [RULE | {"condition": {"age": True}}]}, 400),
    "of an age before birth": ({"rule": [RULE | {"condition": {"age": -1}}]}, 400),
    "of an age of many digits": ({"rule": [RULE | {"condition": {"age": 10**30}}]}, 400),
    "without a condition": ({"rule": [{"action": {"type": "Delete"}}]}, 400),
    "of another kind": ({"rule": [RULE | {"action": {"type": "SetStorageClass"}}]}, 501),
    "on other grounds": ({"rule": [RULE | {"condition": {"isLive": False}}]}, 501),
    "no rule": ({"rule": ["x"]}, 400),
    "no rules": ({"rule": RULE}, 400),
    "no lifecycle": (["x"], 400),
}


@pytest.mark.parametrize(("lifecycle", "status"), RULES.values(), ids=RULES)
def test_a_rule(bucket, base, lifecycle, status) -> None:
    url = f"{base}/storage/v1/b/{bucket.name}"

    found = requests.patch(url, json={"lifecycle": lifecycle}, timeout=5)

    assert found.status_code == status
    if status == 200:
        assert requests.get(url, timeout=5).json().get("lifecycle") == lifecycle


@pytest.mark.parametrize("name", ["ab", "a" * 64, "a..b", "A-b", "a" * 64 + ".b", "ü-x", "a\n"])
def test_a_name_that_no_bucket_may_have_is_refused(buckets, name) -> None:
    with pytest.raises(exceptions.BadRequest, match="Invalid bucket name"):
        buckets._post_resource("/b", {"name": name})


@pytest.mark.parametrize(("body", "status"), [(NESTED, 400), ('"x"', 400), (" " * 2 * MIB, 413)])
def test_a_body_that_is_no_object_is_refused(bucket, base, body, status) -> None:
    bucket.blob("o").upload_from_string(b"x")
    account = "a@clarity-local.iam.gserviceaccount.com"

    for method, path in (
        ("POST", "storage/v1/b"),
        ("PATCH", f"storage/v1/b/{bucket.name}"),
        ("PATCH", f"storage/v1/b/{bucket.name}/o/o"),
        ("POST", f"upload/storage/v1/b/{bucket.name}/o?uploadType=resumable"),
    ):
        found = requests.request(method, f"{base}/{path}", data=body, timeout=5)
        assert found.status_code == status
    sign = f"{base}/v1/projects/-/serviceAccounts/{account}:signBlob"
    assert requests.post(sign, data=body, timeout=5).status_code == 400
