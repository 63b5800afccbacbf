"""infra/gcp/firestore.rules on Google's emulator, through the phone's SDK."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from rich.console import Console

from clarity.domain.errors import PermanentError
from clarity.domain.feedback import LONGEST_WORDS, parse_feedback
from clarity.domain.job import parse_request
from clarity.sources.generated import people
from infra import smoke
from tests.cloud import environment
from tests.contract.firestore_servers import official
from tests.contract.rules_cases import (
    DEVICE,
    FEEDBACK,
    OPERATIONS,
    PATHS,
    PHONE_ORDERS,
    REQUEST,
    SETTINGS,
    STEPS,
    UPLOAD,
    WHO,
    day,
)
from tests.contract.rules_matrix import RULES, Attempt, run, tables, tried, wrong
from tests.contract.rules_rewrites import ANSWER
from tests.contract.servers import PROJECT
from tests.measured import LAST_DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.contract.rules_matrix import Tried

Json = dict[str, Any]
MISSING = object()


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    with official() as address, environment({"FIRESTORE_EMULATOR_HOST": address}):
        yield address


@pytest.fixture(scope="module")
def found(emulator) -> tuple[list[Tried], list[Tried]]:
    return run()


def test_everybody_may_do_what_is_theirs_and_nothing_else(found) -> None:
    matrix, shapes = found
    Console(width=150).print("", *tables(matrix, shapes), sep="\n")  # pytest -s shows it

    assert len(matrix) == len(PATHS) * len(OPERATIONS) * len(WHO)
    assert wrong(matrix) == []


def test_a_person_writes_what_the_functions_take_and_nothing_else(found) -> None:
    _, shapes = found

    assert wrong(shapes) == []


LISTENED = [
    Attempt(who, "ada", operation, f"users/ada/{path}")
    for who in ("owner", "other")
    for path in ("jobs/upload-1", "insights/i", "uploads/new", "uploads/new/rejections/00000")
    for operation in ("get", "listen")
]
ORDERED = [
    Attempt(who, "ada", "ordered", f"users/ada/{collection}", {"field": field, "order": order})
    for who in ("owner", "other")
    for collection, field, order in PHONE_ORDERS
]
# One batch of writes: an upload that is there and answered, and a new one.
ONCE_MORE: tuple[Json, ...] = ({}, {"samples": [STEPS]}, {"status": "failed"})
TOGETHER = [
    Attempt(
        "owner",
        "ada",
        "together",
        "users/ada/uploads",
        {f"there-{at}": UPLOAD | changes, f"new-{at}": UPLOAD},
        {f"users/ada/uploads/there-{at}": UPLOAD | ANSWER},
    )
    for at, changes in enumerate(ONCE_MORE)
]

# A person of their own: the network is that of all attempts of a person.
OFFLINE = [
    Attempt("owner", f"offline-{at}", "offline", f"users/offline-{at}/{collection}/d", document)
    for at, (collection, document) in enumerate(
        (("uploads", UPLOAD), ("insight_requests", REQUEST), ("feedback", FEEDBACK))
    )
]


def receipt(person: str) -> str:
    return f"erasures/{hashlib.sha256(person.encode()).hexdigest()}"


def late(name: str, erasure: Json) -> list[Attempt]:
    """What the phone of somebody still writes who was erased."""
    there = {receipt(name): erasure}
    written = {f"users/{name}": SETTINGS, f"users/{name}/devices/d1": DEVICE}
    return [Attempt("owner", name, "create", path, each, there) for path, each in written.items()]


ERASED = [
    *(
        Attempt(who, "gone", "get", receipt("gone"), None, {receipt("gone"): {"state": "erased"}})
        for who in WHO
    ),
    Attempt("owner", "gone", "list", "erasures"),
    Attempt("owner", "gone", "delete", receipt("gone")),
]
# While it lasts, for two days after it, and when it has expired and is only not deleted yet.
STATES: dict[str, dict[str, Any]] = {
    "going": {"state": "erasing"},
    "just-gone": {"state": "erased", "expires_at": day(1)},
    "back": {"state": "erased", "expires_at": day(-1)},
}
LATE = {name: late(name, erasure) for name, erasure in STATES.items()}


def drawn(pools: dict[str, tuple[object, ...]], count: int) -> list[Json]:
    """Documents whose fields are each good, bad or missing."""
    chance = random.Random(6)
    documents = []
    for _ in range(count):
        picked = {name: chance.choice(pool) for name, pool in pools.items()}
        documents.append({name: value for name, value in picked.items() if value is not MISSING})
    return documents


ODD = ("", "SLEEP", None, 1, True, ["sleep"], MISSING)
WISHES = drawn(
    {
        "data_timeframe": (*("1week", "1month", "3months") * 6, *ODD),
        "insight_type": (*("sleep", "activity", "general") * 6, *ODD),
        "priority": (*("high", "normal", "low") * 6, *ODD),
        "explanation": (*(True, False, MISSING) * 6, *ODD),
    },
    120,
)
SAID = drawn(
    {
        "insight_id": (*("insight-1", "i") * 8, "", "a/b", 7, None, MISSING),
        "rating": (*(1, 3, 5, None, MISSING) * 3, 0, 6, 2.5, True, "4"),
        "words": (*("Helpful.", "", None, MISSING, "x" * (LONGEST_WORDS + 1)) * 3, 7),
        "read": (*(True, False, None, MISSING) * 3, "yes", 1),
    },
    200,
)


def sent() -> list[Json]:
    """Uploads as the generated people's phones send them."""
    names = ("office-worker", "two-devices", "traveller", "phone-only")
    weeks = [people.generate(name, days=1, last_day=LAST_DAY) for name in names]
    small = (each for week in weeks for each in people.uploads(week, batch=100))
    return [document for _, document in (*small, *people.uploads(weeks[0], batch=smoke.BATCH))]


@pytest.fixture(scope="module")
def verdicts(emulator) -> dict[str, list[bool]]:
    """Which attempts of each group were allowed; all in one run, since Node takes its time."""
    written = {"insight_requests": WISHES, "feedback": SAID, "uploads": sent()}
    known = {"listened": LISTENED, "ordered": ORDERED, "together": TOGETHER, "offline": OFFLINE}
    groups = {**known, "erased": ERASED, **LATE} | {
        collection: [
            Attempt("owner", "ada", "create", f"users/ada/{collection}/d{at}", document)
            for at, document in enumerate(documents)
        ]
        for collection, documents in written.items()
    }
    found = iter(tried([each for group in groups.values() for each in group]))
    words = {name: [next(found) for _ in group] for name, group in groups.items()}
    assert {word for group in words.values() for word in group} == {"allow", "deny"}
    return {name: [word == "allow" for word in group] for name, group in words.items()}


def test_a_phone_listens_to_what_is_not_there_yet(verdicts) -> None:
    assert verdicts["listened"] == [each.who == "owner" for each in LISTENED]


def test_a_phone_asks_for_its_documents_in_order(verdicts) -> None:
    assert verdicts["ordered"] == [each.who == "owner" for each in ORDERED]


def test_the_receipt_of_an_erasure_is_for_who_was_erased_and_stays(verdicts) -> None:
    assert verdicts["erased"] == [*(who == "owner" for who in WHO), False, False]


def test_a_phone_writes_no_settings_and_no_token_of_who_was_erased(verdicts) -> None:
    assert {name: verdicts[name] for name in LATE} == {
        "going": [False, False],
        "just-gone": [False, False],
        "back": [True, True],
    }


def test_a_batch_of_a_replay_and_a_new_upload_is_let_in(verdicts) -> None:
    assert verdicts["together"] == [True, False, False]


def test_what_was_written_twice_without_a_network_is_let_in_when_it_is_back(verdicts) -> None:
    assert verdicts["offline"] == [True] * len(OFFLINE)


def test_what_phones_really_send_is_let_in(verdicts) -> None:
    assert len(verdicts["uploads"]) > 10
    assert all(verdicts["uploads"])


def taken(parse: Callable[[Json], object], document: Json) -> bool:
    try:
        parse(document)
    except PermanentError:
        return False
    return True


def test_the_rules_and_ingest_agree_on_wishes(verdicts) -> None:
    allowed = verdicts["insight_requests"]

    assert allowed == [taken(parse_request, wish) for wish in WISHES]
    assert 20 < sum(allowed) < 100


def test_the_rules_let_in_all_feedback_that_ingest_takes_and_too_long_words(verdicts) -> None:
    seen = zip(SAID, verdicts["feedback"], strict=True)
    differing = [(said, let_in) for said, let_in in seen if let_in != taken(parse_feedback, said)]

    assert sum(verdicts["feedback"]) > 20
    assert differing
    for said, let_in in differing:
        assert let_in, said
        # Words that are too long are answered all the same, and those of nothing do no harm.
        long = len(said.get("words") or "") > LONGEST_WORDS
        assert long or not any(said.get(name) for name in ("rating", "words", "read"))


def token(person: str) -> str:
    """A token as Firebase Authentication gives it; the emulator asks for no signature."""
    claims = {
        "sub": person,
        "user_id": person,
        "iat": int(time.time()),
        "exp": int(time.time()) + 3600,
        "aud": PROJECT,
        "iss": f"https://securetoken.google.com/{PROJECT}",
        "firebase": {"sign_in_provider": "password", "identities": {}},
    }
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    armoured = (base64.urlsafe_b64encode(json.dumps(part).encode()) for part in parts)
    return b".".join((*(part.rstrip(b"=") for part in armoured), b"")).decode()


@pytest.mark.parametrize(("rating", "status"), [(4.0, 200), (4.5, 403), ("NaN", 403)])
def test_a_rating_is_whole_even_where_a_client_writes_a_fraction(emulator, rating, status) -> None:
    # JavaScript's SDK cannot write 4.0.
    url = f"http://{emulator}/emulator/v1/projects/{PROJECT}:securityRules"
    files = [{"name": "firestore.rules", "content": RULES.read_text()}]
    here = {"http": "", "https": ""}
    requests.put(url, json={"rules": {"files": files}}, proxies=here, timeout=10).raise_for_status()

    answer = requests.post(
        f"http://{emulator}/v1/projects/{PROJECT}/databases/(default)/documents/users/ada/feedback",
        params={"documentId": f"rated-{rating}"},
        json={
            "fields": {
                "insight_id": {"stringValue": "insight-1"},
                "rating": {"doubleValue": rating},
            }
        },
        headers={"Authorization": f"Bearer {token('ada')}"},
        proxies=here,
        timeout=10,
    )

    assert answer.status_code == status, answer.text


def test_rules_that_let_others_in_would_be_found_out(emulator) -> None:
    rules = RULES.read_text().replace("request.auth.uid == uid", "request.auth.uid != ''")
    attempts = [Attempt(who, "ada", "get", "users/ada/jobs/j") for who in WHO]

    assert tried(attempts, rules) == ["allow", "allow", "deny", "allow", "deny"]
