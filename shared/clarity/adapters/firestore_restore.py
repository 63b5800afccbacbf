"""Firestore: where a person's export is restored, as it was on the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from google.cloud.firestore_v1.types import Precondition, Write
from google.protobuf.json_format import ParseDict, ParseError

from clarity.adapters.firestore_errors import translated
from clarity.adapters.firestore_limits import check_fields
from clarity.adapters.firestore_tombstone import commit_unless_erased
from clarity.domain.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from google.cloud.firestore import Client

    from clarity.steps.stored import Typed


@dataclass(frozen=True, slots=True)
class FirestoreRestores:
    """The `Restores` port."""

    client: Client

    @translated
    def held(self, user_id: str) -> Collection[str]:
        """The paths of all that is stored about a person, below their own; "" is that itself."""
        person = self.client.document(f"users/{user_id}")
        below = f"{person.path}/"
        found = {
            each.reference.path.removeprefix(below)
            for collection in person.collections()
            for each in collection.recursive().select(["__name__"]).stream()
        }
        return found | ({""} if person.get([]).exists else set())

    def check(self, user_id: str, documents: Mapping[str, Mapping[str, Typed]]) -> None:
        """Look whether `add` would take the documents; RefusedError where it never would."""
        for path, fields in documents.items():
            check_fields(self._write(user_id, path, fields).update._pb.fields)

    @translated
    def add(self, user_id: str, documents: Mapping[str, Mapping[str, Typed]]) -> None:
        """Create documents, all or none; ForgottenError where the person was erased."""
        batch = self.client.batch()
        batch._add_write_pbs([self._write(user_id, *each) for each in documents.items()])
        commit_unless_erased(self.client, user_id, batch)

    def _write(self, user_id: str, path: str, fields: Mapping[str, Typed]) -> Write:
        whole = "/".join(part for part in ("users", user_id, path) if part)
        name = f"{self.client._database_string}/documents/{whole}"
        write = Write(current_document=Precondition(exists=False))
        try:
            # Half a surrogate pair and infinity are refused here, with errors of the one kind.
            json.dumps(fields, ensure_ascii=False, allow_nan=False).encode()
            ParseDict({"name": name, "fields": fields}, write._pb.update, max_recursion_depth=200)
        except (ParseError, ValueError) as error:
            raise RefusedError("expected values of Firestore's types") from error
        return write
