"""A process that puts records onto chains: `python -m tests.contract.audit_process PERSON NAME N`.

Each record goes onto the person's chain and onto the ledger; it begins when its input ends.
"""

from __future__ import annotations

import sys

from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client

from clarity.adapters.firestore_audit import LEDGER, append, of_person
from infra.local.topology import PROJECT
from tests.audits import entry


def main() -> None:
    user_id, name, number = sys.argv[1:]
    client = Client(project=PROJECT, credentials=AnonymousCredentials())
    append(client, {LEDGER: entry(f"{name}-here")})
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    for each in range(int(number)):
        record = entry(f"{name}-{each}")
        append(client, {of_person(user_id): record, LEDGER: record})


if __name__ == "__main__":
    main()
