"""What may not be left behind, mixed up, told to others, or paid for too often."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.chaos.people import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.chaos.invariants import End
    from tests.chaos.reader import Letter

from tests.chaos.invariants import COLLECTIONS, LETTER, REFERENCES, Broken

# These are claimed by what is worked on, and not by the event that asks for it: a week may change
# before the next try, or its analysis be there already. The sweeper only takes turns.
CONTENT = ("infer", "explain", "narrate", "sweep")


def orphans(end: End) -> Iterator[Broken]:
    """No document without the one that it comes from."""
    yield from _strangers(end)
    yield from _unfinished(end)
    for person in end.people:
        yield from _of_person(end, person.name)


def _strangers(end: End) -> Iterator[Broken]:
    """Collections and people that nobody knows."""
    people = {each.name for each in end.people}
    for path in end.found.documents:
        parts = path.split("/")
        if unknown := set(parts[::2]) - COLLECTIONS:
            yield Broken(path, f"below {unknown}")
        if parts[0] == "users" and parts[1] not in people:
            yield Broken(path, "of nobody who is known")


def _unfinished(end: End) -> Iterator[Broken]:
    """Events that were not handled to the end, and results whose messages did not go out."""
    for match, claim in end.found.below(r"claims/(.+)"):
        if "result" not in claim and match[1].partition(":")[0] not in CONTENT:
            yield Broken(match[0], f"no result after {claim.get('attempts')} attempts")
        if claim.get("unpublished"):
            yield Broken(match[0], "its messages are not marked as published")


def _of_person(end: End, name: str) -> Iterator[Broken]:
    tables = {key[1]: each for key, each in end.tables.items() if key[0] == name}
    jobs, insights = tables.get("jobs", {}), tables.get("insights", {})
    answers = tables.get("uploads", {})
    for path, owner, upload, _ in end.chunks:
        if owner == name and answers.get(upload, {}).get("status") not in ("ingested", "rejected"):
            yield Broken(path, "of an upload that was not answered")
    origins = {f"upload-{each}" for each in answers}
    origins |= {f"request-{each}" for each in tables.get("insight_requests", {})}
    for job in jobs.keys() - origins:
        yield Broken(f"users/{name}/jobs/{job}", "nobody's upload or request")
    for upload, answer in answers.items():
        named = answer.get("processing_id")
        if named and named not in jobs:
            yield Broken(f"users/{name}/uploads/{upload}", f"names the job {named}, not there")
    for review in tables.get("reviews", {}).keys() - {x["review_id"] for x in insights.values()}:
        yield Broken(f"users/{name}/reviews/{review}", "no insight names it")
    yield from _records(name, tables)


def _records(name: str, tables: Mapping[str, Mapping[str, Any]]) -> Iterator[Broken]:
    """Each audit record is about something."""
    insights = tables.get("insights", {})
    audit = tables.get("audit", {})
    for record_id, record in audit.items():
        where, subject = f"users/{name}/audit/{record_id}", record.get("subject")
        if record["action"] == "predict" and record["processing_id"] not in tables.get("jobs", {}):
            yield Broken(where, f"of the job {record['processing_id']}, not there")
        if record["action"] == "notify" and subject not in insights:
            yield Broken(where, f"of the insight {subject}, not there")
    for queue in tables.get("queues", {}).values():
        if queue["processing_id"] not in tables.get("jobs", {}):
            yield Broken(f"users/{name}/queues/uploads", "names a job that is not there")


def mixed(end: End) -> Iterator[Broken]:
    """Nothing of one person stands below another, or in another's message."""
    for path, fields in end.found.documents.items():
        owner = path.split("/")[1] if path.startswith("users/") else fields.get("user_id")
        named = set(NAME.findall(_text(fields))) | set(NAME.findall(path))
        if owner in {each.name for each in end.people} and named - {owner}:
            yield Broken(path, f"names {', '.join(sorted(named - {owner}))}")
    for topic, data, attributes in end.found.messages:
        named = set(NAME.findall(f"{data!r} {attributes}"))
        if len(named) > 1:
            yield Broken(topic, f"names {', '.join(sorted(named))}")


def _text(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, default=repr)


def references(end: End) -> Iterator[Broken]:
    """Messages, notices and logs carry references: no field more, no device, no value."""
    for topic, data, attributes in end.found.messages:
        letter = topic == "clarity-dead-letters"
        if extra := set(attributes) - (LETTER if letter else REFERENCES):
            yield Broken(topic, f"the attributes {extra}")
        if letter:
            continue  # its data is the refused message itself
        body = json.loads(data)
        if extra := set(body) - REFERENCES:
            yield Broken(topic, f"the fields {extra}")
    for notice in end.found.notices:
        if extra := set(notice.get("data", {})) - {"insight_id", "processing_id"}:
            yield Broken("notice", f"the fields {extra}")
    for line in end.found.logs:
        yield Broken("logs", line)


def notices(end: End) -> Iterator[Broken]:
    """An insight is announced to a device once at most."""
    told = Counter((each["token"], each["data"]["insight_id"]) for each in end.found.notices)
    for (token, insight), count in told.items():
        if count > 1:
            yield Broken(token, f"{count} notices of {insight}")


def paid(end: End) -> Iterator[Broken]:
    """No more calls than the budgets allow, and each answer was paid for from them."""
    spent, total = 0, 0
    for (name, collection), days in end.tables.items():
        for day, fields in days.items() if collection == "budgets" else ():
            spent += fields["calls"]
            if not 0 <= fields["calls"] <= end.person_calls:
                yield Broken(f"users/{name}/budgets/{day}", f"{fields['calls']} calls")
    for _, fields in end.found.below(r"budgets/[^/]+/shards/[^/]+"):
        total += fields["calls"]
    if spent != total or total > end.project_calls:
        yield Broken("budgets", f"people {spent}, project {total}, at most {end.project_calls}")
    if end.found.answers > total:
        yield Broken("budgets", f"{end.found.answers} answers for {total} paid calls")


def dead(end: End) -> Iterator[Broken]:
    """The dead letters are the poison, each with its code, and nothing else."""
    expected = {(each.step, each.code, each.data) for each in end.poison if not each.subject}
    about = [each for each in end.found.letters if _of_document(each)]
    found = {
        (each.step, each.code, each.data) for each in end.found.letters if not _of_document(each)
    }
    for step, code, data in expected - found:
        yield Broken(f"message {data[:80]!r}", f"no letter of {step} with {code}")
    for step, code, data in found - expected:
        yield Broken(f"message {data[:80]!r}", f"a letter of {step} with {code}")
    subjects = {("?", each.subject, each.code) for each in end.poison if each.subject}
    documents = {*_documents(end), *subjects}
    letters = {_reference(each) for each in about}
    for missing in sorted(documents - letters):
        yield Broken(f"users/{missing[0]}/{missing[1]}", f"no letter with {missing[2]}")
    for extra in sorted(letters - documents):
        yield Broken(f"users/{extra[0]}/{extra[1]}", f"a letter with {extra[2]}")


def _of_document(letter: Letter) -> bool:
    """Whether it is about what a phone wrote: the event had the document, or only its name."""
    return not letter.data or (letter.step == "ingest" and "user_id" in letter.fields)


def _documents(end: End) -> Iterator[tuple[str, str, str]]:
    """Person, job or document, and code of each document that cannot be used."""
    for person in end.people:
        for prefix, sent in (
            ("upload", person.uploads),
            ("request", person.requests),
            ("feedback", person.feedback),
        ):
            for each in sent:
                if each.code:
                    yield person.name, f"{prefix}-{each.id}", each.code
        if person.reused:
            yield person.name, f"upload-{person.reused}", "reused_id"


def _reference(letter: Letter) -> tuple[str, str, str]:
    fields = letter.fields
    if job := fields.get("processing_id"):
        return fields.get("user_id", "?"), job, letter.code
    return "?", fields.get("subject", "?"), letter.code
