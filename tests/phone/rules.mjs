// Tries the security rules on Google's emulator, as phones do: reads the rules, documents to lay out
// and attempts as JSON from its input, and writes what became of each attempt, allow, deny or an
// error, as JSON to its output. What is expected of them is tests/contract/rules_cases.py's.

import { readFileSync } from "node:fs";

import { initializeTestEnvironment } from "@firebase/rules-unit-testing";
import {
  Timestamp,
  collection,
  collectionGroup,
  deleteDoc,
  disableNetwork,
  doc,
  enableNetwork,
  getDocFromServer,
  getDocsFromServer,
  limit,
  onSnapshot,
  orderBy,
  query,
  setDoc,
  setLogLevel,
  updateDoc,
  where,
  writeBatch,
} from "firebase/firestore";

setLogLevel("silent");

const AT_ONCE = 50;
const SILENCE_MS = 20_000;

const { rules, seeds, attempts } = JSON.parse(readFileSync(0, "utf8"));
const [host, port] = process.env.FIRESTORE_EMULATOR_HOST.split(":");
const environment = await initializeTestEnvironment({
  projectId: `rules-${process.pid}`,
  firestore: { rules, host, port: Number(port) },
});

// What JSON has no word for: {"$days": n} is a moment n days from now.
function decoded(value) {
  if (Array.isArray(value)) return value.map(decoded);
  if (value === null || typeof value !== "object") return value;
  if ("$days" in value) return Timestamp.fromMillis(Date.now() + value.$days * 86_400_000);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, decoded(each)]));
}

const anonymous = { firebase: { sign_in_provider: "anonymous", identities: {} } };
const callers = {
  owner: (person) => environment.authenticatedContext(person),
  other: () => environment.authenticatedContext("eve"),
  anonymous: (person) => environment.authenticatedContext(person, anonymous),
  claims: () => environment.authenticatedContext("eve", { admin: true, person: "ada" }),
  nobody: () => environment.unauthenticatedContext(),
};
const databases = new Map();

// One for each who, not for each attempt: every one has a connection of its own.
function database(key, { who, person }) {
  if (!databases.has(key)) databases.set(key, callers[who](person).firestore());
  return databases.get(key);
}

function heard(reference) {
  return new Promise((resolve, reject) => {
    const stop = onSnapshot(
      reference,
      { includeMetadataChanges: true }, // or what the cache has already is not heard again
      (snapshot) => snapshot.metadata.fromCache || (stop(), resolve()),
      reject,
    );
  });
}

const DIRECTIONS = { ASCENDING: "asc", DESCENDING: "desc" };

const operations = {
  get: (db, { path }) => getDocFromServer(doc(db, path)),
  listen: (db, { path }) => heard(doc(db, path)),
  list: (db, { path }) => getDocsFromServer(collection(db, path)),
  group: (db, { path, person }) =>
    getDocsFromServer(query(collectionGroup(db, path), where("user_id", "==", person))),
  ordered: (db, { path, document }) =>
    getDocsFromServer(
      query(collection(db, path), orderBy(document.field, DIRECTIONS[document.order]), limit(9)),
    ),
  create: (db, { path, document }) => setDoc(doc(db, path), decoded(document)),
  replace: (db, { path, document }) => setDoc(doc(db, path), decoded(document)),
  replay: (db, { path, document }) => setDoc(doc(db, path), decoded(document), { merge: true }),
  together: (db, { path, document }) => {
    const batch = writeBatch(db);
    for (const [id, each] of Object.entries(document)) {
      batch.set(doc(db, path, id), decoded(each), { merge: true });
    }
    return batch.commit();
  },
  // Twice into the SDK's queue, which is sent when the network is back.
  offline: async (db, { path, document }) => {
    await disableNetwork(db);
    const writes = [1, 2].map(() => setDoc(doc(db, path), decoded(document), { merge: true }));
    await enableNetwork(db);
    await Promise.all(writes);
  },
  update: (db, { path, document }) => updateDoc(doc(db, path), decoded(document)),
  delete: (db, { path }) => deleteDoc(doc(db, path)),
};

function silence() {
  return new Promise((resolve, reject) => {
    setTimeout(reject, SILENCE_MS, { code: "unavailable", message: "no answer" }).unref();
  });
}

async function verdict(attempt, retries = 4) {
  const key = callers[attempt.who].length ? `${attempt.who} ${attempt.person}` : attempt.who;
  const db = database(key, attempt);
  try {
    const work = operations[attempt.operation](db, attempt);
    return await Promise.race([work.then(() => "allow"), silence()]);
  } catch (error) {
    if (error.code === "permission-denied") return "deny";
    // On a busy machine the SDK takes itself to be offline, and a connection stays so for up to a minute.
    if (error.code === "unavailable" && retries) {
      if (databases.get(key) === db) databases.delete(key);
      return verdict(attempt, retries - 1);
    }
    return `${error.code}: ${error.message}`;
  }
}

await environment.withSecurityRulesDisabled(async (context) => {
  const db = context.firestore();
  for (let first = 0; first < seeds.length; first += 400) {
    const batch = writeBatch(db);
    for (const { path, document } of seeds.slice(first, first + 400)) {
      batch.set(doc(db, path), decoded(document));
    }
    await batch.commit();
  }
});
const verdicts = [];
for (let first = 0; first < attempts.length; first += AT_ONCE) {
  const some = attempts.slice(first, first + AT_ONCE);
  verdicts.push(...(await Promise.all(some.map((attempt) => verdict(attempt)))));
}
await environment.cleanup();
process.stdout.write(JSON.stringify(verdicts));
process.exit(0);
