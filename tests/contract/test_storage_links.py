"""Signed links of the embedded Cloud Storage: made by Google's client, opened by anybody's."""

from __future__ import annotations

import datetime as dt
import random
from typing import TYPE_CHECKING

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.cloud.storage._signing import generate_signed_url_v4
from google.oauth2 import service_account

from clarity.adapters.exports_bucket import ExportsBucket, open_exports
from clarity.domain.errors import MisconfiguredError
from infra.local.topology import EXPORTS_BUCKET, PROJECT
from tests.cloud import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNER = f"privacy@{PROJECT}.iam.gserviceaccount.com"
DAY = dt.timedelta(days=1)
NAME = "exports/ab/request 1.zip"
CONTENT = b"a zip, more or less"


def opened(cloud, signer: str = SIGNER) -> ExportsBucket:
    host = cloud.variables["STORAGE_EMULATOR_HOST"]
    with environment(cloud.variables):
        return open_exports(
            EXPORTS_BUCKET, project=PROJECT, signer=signer, iam_host=host.removeprefix("http://")
        )


@pytest.fixture(scope="module")
def exports(cloud) -> Iterator[ExportsBucket]:
    made = opened(cloud)
    with made.open(NAME) as out:
        out.write(CONTENT)
    yield made
    made.bucket.client.close()


def get(url: str, **options) -> requests.Response:
    return requests.request(options.pop("method", "GET"), url, timeout=5, **options)


def signed(exports: ExportsBucket, **options) -> str:
    wanted = {"version": "v4", "expiration": DAY, "credentials": exports.signing} | options
    return exports.bucket.blob(NAME).generate_signed_url(**wanted)


def test_a_link_opens_the_object_for_who_has_nothing_else(exports) -> None:
    found = get(exports.link(NAME, DAY))

    assert (found.status_code, found.content) == (200, CONTENT)
    assert found.headers["content-type"] == "application/zip"
    assert found.headers["content-disposition"].startswith("attachment;")


def test_a_link_opens_a_part_too(exports) -> None:
    found = get(exports.link(NAME, DAY), headers={"range": "bytes=2-4"})

    assert (found.status_code, found.content) == (206, CONTENT[2:5])


def test_a_link_to_a_generation_opens_no_other(exports) -> None:
    held = exports.bucket.get_blob(NAME).generation

    assert get(signed(exports, generation=held)).content == CONTENT
    found = get(signed(exports, generation=held + 1))
    assert found.status_code == 404
    assert "<Code>NoSuchKey</Code>" in found.text


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"range": "bytes=99-"}, 416, "InvalidRange"),
        ({"if-match": "other"}, 412, "PreconditionFailed"),
        ({"if-none-match": "*"}, 304, ""),
    ],
)
def test_a_link_is_refused_in_the_words_of_the_xml_api(exports, headers, status, code) -> None:
    found = get(exports.link(NAME, DAY), headers=headers)

    assert found.status_code == status
    assert code in found.text


def test_without_a_signature_nobody_reads_it(exports) -> None:
    address = exports.link(NAME, DAY).partition("?")[0]

    found = get(address)

    assert found.status_code == 403
    assert "<Code>AccessDenied</Code>" in found.text


def test_no_byte_of_a_link_may_be_another_one(exports) -> None:
    url = exports.link(NAME, DAY)
    start = url.index(f"/{EXPORTS_BUCKET}/")
    chance = random.Random(7)

    opened = []
    for at in chance.sample(range(start, len(url)), 60):
        other = chance.choice([each for each in "0aAfFgZ%&=/._-" if each != url[at]])
        if get(url[:at] + other + url[at + 1 :]).status_code == 200:
            opened.append((at, url[at], other))

    assert opened == []


def test_a_link_ends_when_it_says(exports) -> None:
    earlier = dt.datetime.now(dt.UTC) - 2 * DAY
    ended = old_link(exports, earlier, lives_s=86_400)
    in_force = old_link(exports, earlier, lives_s=3 * 86_400)

    found = get(ended)
    assert found.status_code == 400
    assert "<Code>ExpiredToken</Code>" in found.text
    assert get(in_force).status_code == 200


def test_a_link_from_the_future_opens_nothing_yet(exports) -> None:
    later = dt.datetime.now(dt.UTC) + DAY

    assert get(old_link(exports, later, lives_s=3600)).status_code == 400


def old_link(exports: ExportsBucket, at: dt.datetime, lives_s: int) -> str:
    """A link that was signed then."""
    return generate_signed_url_v4(
        exports.signing,
        resource=f"/{EXPORTS_BUCKET}/exports/ab/request%201.zip",
        expiration=lives_s,
        api_access_endpoint=exports.bucket.client.api_endpoint,
        _request_timestamp=at.strftime("%Y%m%dT%H%M%SZ"),
    )


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "POST"])
def test_a_link_to_read_is_good_for_nothing_else(exports, method) -> None:
    found = get(exports.link(NAME, DAY), method=method)

    assert found.status_code == 403
    assert get(exports.link(NAME, DAY)).content == CONTENT


def test_a_signed_header_must_come_with_the_link(exports) -> None:
    url = signed(exports, headers={"x-goog-meta-who": "ada"})

    assert get(url).status_code == 403
    assert get(url, headers={"x-goog-meta-who": "bob"}).status_code == 403
    assert get(url, headers={"x-goog-meta-who": "ada "}).status_code == 200


def test_somebody_s_own_key_signs_for_nobody_here(exports) -> None:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    own = service_account.Credentials.from_service_account_info(
        {"client_email": SIGNER, "private_key": pem.decode(), "token_uri": "http://127.0.0.1:9"}
    )

    found = get(signed(exports, credentials=own))

    assert found.status_code == 403
    assert "<Code>SignatureDoesNotMatch</Code>" in found.text


def test_a_path_that_is_no_bucket_s_is_nobody_s(cloud) -> None:
    base = cloud.variables["STORAGE_EMULATOR_HOST"]

    assert get(f"{base}/no-such-bucket/o").status_code == 404
    assert get(f"{base}/_local/jwks", method="DELETE").status_code == 405


def test_a_link_to_a_deleted_object_finds_nothing(exports) -> None:
    with exports.open("exports/cd/gone.zip") as out:
        out.write(b"x")
    url = exports.link("exports/cd/gone.zip", DAY)
    exports.bucket.delete_blob("exports/cd/gone.zip")

    found = get(url)

    assert found.status_code == 404
    assert "<Code>NoSuchKey</Code>" in found.text


def test_an_account_of_another_project_cannot_sign(cloud) -> None:
    strange = opened(cloud, "privacy@elsewhere.iam.gserviceaccount.com")

    with pytest.raises(MisconfiguredError):
        strange.link(NAME, DAY)
