"""The embedded Cloud Storage under Google's own client, as it comes."""

from __future__ import annotations

import base64
import os
import random
from typing import TYPE_CHECKING

import google_crc32c
import pytest
import requests
from google.api_core import exceptions
from google.cloud.storage import transfer_manager
from google.cloud.storage.exceptions import InvalidResponse

from infra.local.topology import EXPORTS_BUCKET

if TYPE_CHECKING:
    from google.cloud.storage import Bucket

KIB = 1 << 10
NAMES = ["plain.zip", "a/b/c.txt", "ü 漢字 🏃.bin", "q?x=1&y#z%2F+~", "a//b/", " "]


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def streamed(bucket: Bucket, name: str, data: bytes, chunk: int = 256 * KIB) -> None:
    with bucket.blob(name).open("wb", chunk_size=chunk, ignore_flush=True) as out:
        for at in range(0, len(data), 100_000):
            out.write(data[at : at + 100_000])


@pytest.mark.parametrize("name", NAMES)
def test_an_object_of_any_name_comes_back_as_it_was_written(bucket, name) -> None:
    bucket.blob(name).upload_from_string(b"seven\x00bytes", content_type="text/x-odd")

    found = bucket.get_blob(name)
    assert (found.name, found.size, found.content_type) == (name, 11, "text/x-odd")
    assert found.download_as_bytes() == b"seven\x00bytes"
    assert [each.name for each in bucket.list_blobs()] == [name]


@pytest.mark.parametrize("size", [0, 1, 256 * KIB - 1, 256 * KIB, 256 * KIB + 1, 2_000_003])
def test_a_stream_of_unknown_length_becomes_one_object_with_its_sums(bucket, size) -> None:
    data = noise(size)

    streamed(bucket, "stream", data)

    found = bucket.get_blob("stream")
    crc32c = base64.b64encode(google_crc32c.value(data).to_bytes(4, "big")).decode()
    assert (found.size, found.crc32c) == (size, crc32c)
    assert found.download_as_bytes(checksum="md5") == data


def test_a_large_string_and_a_file_take_their_own_ways_up(bucket, tmp_path) -> None:
    data = noise(9_000_000)
    (tmp_path / "file").write_bytes(data)

    bucket.blob("string").upload_from_string(data)
    bucket.blob("file", chunk_size=1024 * KIB).upload_from_filename(tmp_path / "file")

    assert bucket.get_blob("string").md5_hash == bucket.get_blob("file").md5_hash
    assert bucket.blob("file").download_as_bytes() == data


@pytest.mark.parametrize(
    ("start", "end"), [(0, 0), (5, 9), (262_140, 262_150), (599_990, None), (-7, None)]
)
def test_a_range_is_just_those_bytes(bucket, start, end) -> None:
    data = noise(600_000)
    streamed(bucket, "whole", data)

    found = bucket.blob("whole").download_as_bytes(start=start, end=end)

    assert found == data[start : None if end is None else end + 1]


def test_a_range_behind_the_end_is_refused(bucket) -> None:
    bucket.blob("short").upload_from_string("abc")

    with pytest.raises(exceptions.RequestRangeNotSatisfiable):
        bucket.blob("short").download_as_bytes(start=3)


def test_pieces_downloaded_at_once_make_the_whole(bucket, tmp_path) -> None:
    data = noise(1_500_000)
    streamed(bucket, "whole", data)

    transfer_manager.download_chunks_concurrently(
        bucket.get_blob("whole"),
        tmp_path / "whole",
        chunk_size=256 * KIB,
        worker_type=transfer_manager.THREAD,
    )

    assert (tmp_path / "whole").read_bytes() == data


def test_only_a_new_generation_may_follow_the_one_that_was_seen(bucket) -> None:
    blob = bucket.blob("o")
    blob.upload_from_string("1", if_generation_match=0)
    first = blob.generation

    with pytest.raises(exceptions.PreconditionFailed):
        bucket.blob("o").upload_from_string("2", if_generation_match=0)
    with pytest.raises(InvalidResponse, match="412"):  # as the client has it for streams
        streamed_if(bucket, "o", b"2", first + 1)
    streamed_if(bucket, "o", b"3", first)

    assert bucket.get_blob("o").generation > first
    assert bucket.blob("o").download_as_bytes() == b"3"
    with pytest.raises(exceptions.NotFound):
        bucket.blob("o", generation=first).download_as_bytes()
    with pytest.raises(exceptions.PreconditionFailed):
        bucket.delete_blob("o", if_generation_match=first)


def streamed_if(bucket: Bucket, name: str, data: bytes, generation: int) -> None:
    blob = bucket.blob(name)
    with blob.open("wb", if_generation_match=generation) as out:
        out.write(data)


def test_metadata_are_merged_replaced_and_counted(bucket) -> None:
    blob = bucket.blob("o")
    blob.metadata = {"a": "1", "b": "2"}
    blob.upload_from_string("x")

    blob.metadata = {"b": None, "c": "3"}
    blob.content_disposition = "attachment"
    blob.patch(if_metageneration_match=1)

    found = bucket.get_blob("o")
    assert (found.metadata, found.metageneration) == ({"a": "1", "c": "3"}, 2)
    assert found.content_disposition == "attachment"
    with pytest.raises(exceptions.PreconditionFailed):
        blob.patch(if_metageneration_match=1)


def test_bytes_that_are_not_those_that_were_summed_up_are_refused(bucket) -> None:
    blob = bucket.blob("o")
    blob.md5_hash = base64.b64encode(bytes(16)).decode()

    with pytest.raises(exceptions.BadRequest, match="doesn't match calculated MD5"):
        blob.upload_from_string("x", checksum=None)

    assert not bucket.blob("o").exists()


def test_a_last_chunk_with_another_sum_makes_no_object(bucket, cloud) -> None:
    url = bucket.blob("o").create_resumable_upload_session(size=3)
    wrong = base64.b64encode(bytes(4)).decode()

    headers = {"content-range": "bytes 0-2/3", "x-goog-hash": f"crc32c={wrong}"}
    answer = requests.put(url, data=b"abc", headers=headers, timeout=5)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 400)
    assert not bucket.blob("o").exists()


def test_a_session_tells_how_far_it_is_and_keeps_whole_units_alone(bucket) -> None:
    url = bucket.blob("o").create_resumable_upload_session()
    data = noise(700_000)

    def put(content: str, body: bytes = b"") -> requests.Response:
        return requests.put(url, data=body, headers={"content-range": content}, timeout=5)

    assert put("bytes */*").headers.get("range") is None
    assert put("bytes 0-299999/*", data[:300_000]).headers["range"] == "bytes=0-262143"
    assert put("bytes 600000-699999/700000", data[600_000:]).status_code == 400
    assert put("bytes */*").headers["range"] == "bytes=0-262143"
    last = put("bytes 200000-699999/700000", data[200_000:])  # some of it is there already
    assert (last.status_code, last.json()["size"]) == (200, "700000")
    assert put("bytes */700000").json()["generation"] == last.json()["generation"]
    assert bucket.blob("o").download_as_bytes() == data


def test_a_cancelled_session_is_gone(bucket) -> None:
    url = bucket.blob("o").create_resumable_upload_session()

    assert requests.delete(url, timeout=5).status_code == 499
    assert requests.put(url, data=b"x", timeout=5).status_code == 404


def test_a_list_has_pages_prefixes_and_folders(bucket) -> None:
    names = ["a", "a/1", "a/2", "a/b/3", "b", "ä"]
    for name in names:
        bucket.blob(name).upload_from_string(name)

    pages = [[each.name for each in page] for page in bucket.list_blobs(page_size=4).pages]
    folders = bucket.list_blobs(prefix="a/", delimiter="/")
    paged = bucket.list_blobs(delimiter="/", page_size=1)

    assert pages == [names[:4], names[4:]]
    assert [each.name for each in folders] == ["a/1", "a/2"]
    assert folders.prefixes == {"a/b/"}
    assert [each.name for each in paged] == ["a", "b", "ä"]
    assert paged.prefixes == {"a/"}
    between = bucket.list_blobs(start_offset="a/2", end_offset="b")
    assert [each.name for each in between] == ["a/2", "a/b/3"]


def test_what_is_not_there_is_told_in_google_s_words(buckets, bucket) -> None:
    with pytest.raises(exceptions.NotFound, match="No such object"):
        bucket.blob("none").download_as_bytes()
    with pytest.raises(exceptions.NotFound, match="bucket does not exist"):
        buckets.bucket("no-such-bucket").blob("x").upload_from_string("x")
    with pytest.raises(exceptions.Conflict):
        buckets.create_bucket(bucket.name)
    bucket.blob("o").upload_from_string("x")
    with pytest.raises(exceptions.Conflict, match="not empty"):
        bucket.delete()


def test_what_is_not_made_says_so(bucket) -> None:
    source = bucket.blob("o")
    source.upload_from_string("x")

    with pytest.raises(exceptions.MethodNotImplemented):
        bucket.blob("both").compose([source], retry=None)


@pytest.mark.parametrize("name", ["", ".", "..", "a\nb", "x" * 1025])
def test_a_name_that_no_object_may_have_is_refused(bucket, cloud, name) -> None:
    url = f"{cloud.variables['STORAGE_EMULATOR_HOST']}/upload/storage/v1/b/{bucket.name}/o"

    answer = requests.post(url, params={"uploadType": "media", "name": name}, data=b"x", timeout=5)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body",
    [b"", b"--b\r\n", b"--b\r\n\r\n{}\r\n--b\r\n\r\nx", b"--b\r\n\r\n[1]\r\n--b\r\n\r\nx\r\n--b--"],
    ids=["empty", "cut", "without its end", "no object"],
)
def test_a_malformed_multipart_body_is_refused(bucket, cloud, body) -> None:
    url = f"{cloud.variables['STORAGE_EMULATOR_HOST']}/upload/storage/v1/b/{bucket.name}/o"
    headers = {"content-type": "multipart/related; boundary=b"}

    answer = requests.post(
        url, params={"uploadType": "multipart"}, data=body, headers=headers, timeout=5
    )

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 400)


def test_the_bucket_of_exports_is_there_and_forgets_after_a_week(buckets) -> None:
    (rule,) = buckets.get_bucket(EXPORTS_BUCKET).lifecycle_rules

    assert rule["action"] == {"type": "Delete"}
    assert rule["condition"] == {"age": 7}


def test_bytes_of_a_multipart_body_may_look_like_its_boundary(bucket) -> None:
    data = b"\r\n--===\r\n--" + os.urandom(64) + b"\r\n"

    bucket.blob("o").upload_from_string(data)

    assert bucket.blob("o").download_as_bytes() == data
