// The Firestore contract as the phone sees it: the firebase and firebase-admin SDKs, unmodified,
// against the server at FIRESTORE_EMULATOR_HOST. Node's own test runner; exit status 0 if all hold.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import * as admin from "firebase-admin/app";
import * as adminFirestore from "firebase-admin/firestore";
import { deleteApp, initializeApp } from "firebase/app";
import {
  FieldPath,
  Timestamp,
  addDoc,
  and,
  arrayRemove,
  arrayUnion,
  average,
  collection,
  collectionGroup,
  connectFirestoreEmulator,
  count,
  deleteDoc,
  deleteField,
  doc,
  documentId,
  endBefore,
  getAggregateFromServer,
  getCountFromServer,
  getDoc,
  getDocFromServer,
  getDocs,
  increment,
  initializeFirestore,
  limit,
  limitToLast,
  or,
  orderBy,
  query,
  runTransaction,
  serverTimestamp,
  setDoc,
  setLogLevel,
  startAfter,
  sum,
  terminate,
  updateDoc,
  vector,
  where,
  writeBatch,
} from "firebase/firestore";

import { Watch } from "./snapshots.mjs";

const PROJECT = `phone-${randomUUID().slice(0, 8)}`;
const [HOST, PORT] = process.env.FIRESTORE_EMULATOR_HOST.split(":");
// Or firebase-admin asks the network whether it runs on Google Cloud.
process.env.METADATA_SERVER_DETECTION = "none";

const TIMEOUT = { timeout: 20_000 };

let app, db, otherApp, otherDb, server;

before(() => {
  setLogLevel("error");
  app = initializeApp({ projectId: PROJECT, apiKey: "none" }, "phone");
  db = initializeFirestore(app, {});
  connectFirestoreEmulator(db, HOST, Number(PORT));
  otherApp = initializeApp({ projectId: PROJECT, apiKey: "none" }, "other phone");
  otherDb = initializeFirestore(otherApp, {});
  connectFirestoreEmulator(otherDb, HOST, Number(PORT));
  admin.initializeApp({ projectId: PROJECT });
  server = adminFirestore.getFirestore();
});

after(async () => {
  await Promise.all([terminate(db), terminate(otherDb), server.terminate()]);
  await Promise.all([deleteApp(app), deleteApp(otherApp)]);
});

const fresh = () => collection(db, `c-${randomUUID()}`);
const ids = (snapshot) => snapshot.docs.map((found) => found.id);

const equals = (wanted) => (value) => JSON.stringify(value) === JSON.stringify(wanted);

async function people() {
  const found = fresh();
  const batch = writeBatch(db);
  batch.set(doc(found, "ann"), { age: 30, city: "Oslo", tags: ["a", "b"] });
  batch.set(doc(found, "bob"), { age: 40, city: "Rome", tags: ["b"] });
  batch.set(doc(found, "cid"), { age: 50, city: "Oslo", tags: [] });
  batch.set(doc(found, "dan"), { age: 60, city: "Bonn" });
  batch.set(doc(found, "eve"), { city: "Oslo", age: null });
  await batch.commit();
  return found;
}

test("set replaces, merge merges, update changes paths", TIMEOUT, async () => {
  const it = doc(fresh(), "x");
  await setDoc(it, { a: { b: 1, c: 2 }, d: 3 });
  await setDoc(it, { a: { c: 4 } }, { merge: true });
  assert.deepEqual((await getDocFromServer(it)).data(), { a: { b: 1, c: 4 }, d: 3 });
  await updateDoc(it, "a.b", deleteField(), new FieldPath("odd.name"), 5);
  assert.deepEqual((await getDocFromServer(it)).data(), { a: { c: 4 }, d: 3, "odd.name": 5 });
  await setDoc(it, { only: true });
  assert.deepEqual((await getDocFromServer(it)).data(), { only: true });
});

test("transforms are computed by the server", TIMEOUT, async () => {
  const it = doc(fresh(), "x");
  await setDoc(it, { n: 1, list: [1, 2], deep: { n: 1 } });
  await updateDoc(it, {
    n: increment(2),
    "deep.n": increment(0.5),
    list: arrayUnion(2, 3),
    at: serverTimestamp(),
  });
  await updateDoc(it, { list: arrayRemove(1) });
  const data = (await getDocFromServer(it)).data();
  assert.equal(data.n, 3);
  assert.equal(data.deep.n, 1.5);
  assert.deepEqual(data.list, [2, 3]);
  assert.ok(Math.abs(data.at.toMillis() - Date.now()) < 60_000);
});

test("every type of value survives the way there and back", TIMEOUT, async () => {
  const it = doc(fresh(), "x");
  const values = {
    nothing: null,
    yes: true,
    whole: 7,
    real: 1.5,
    text: "é😀",
    when: new Timestamp(5, 123456000),
    where: it,
    list: [1, { a: 1 }],
    map: { a: { b: [] } },
    vector: vector([1, 2.5]),
  };
  await setDoc(it, values);
  const data = (await getDocFromServer(it)).data();
  assert.equal(data.where.path, it.path);
  assert.deepEqual(data.vector.toArray(), [1, 2.5]);
  assert.ok(data.when.isEqual(values.when));
  for (const name of ["nothing", "yes", "whole", "real", "text", "list", "map"]) {
    assert.deepEqual(data[name], values[name]);
  }
});

test("a batch is applied whole or not at all", TIMEOUT, async () => {
  const found = fresh();
  const batch = writeBatch(db);
  batch.set(doc(found, "a"), { n: 1 });
  batch.update(doc(found, "missing"), { n: 1 });
  await assert.rejects(batch.commit(), { code: "not-found" });
  assert.equal((await getDocFromServer(doc(found, "a"))).exists(), false);
});

test("an update of a missing document is refused", TIMEOUT, async () => {
  await assert.rejects(updateDoc(doc(fresh(), "x"), { a: 1 }), { code: "not-found" });
});

test("a document of two MiB is refused", TIMEOUT, async () => {
  const it = doc(fresh(), "x");
  await assert.rejects(setDoc(it, { a: "x".repeat(2 * 1024 * 1024) }), {
    code: "invalid-argument",
  });
});

test("queries filter, order and limit", TIMEOUT, async () => {
  const found = await people();
  const run = async (...parts) => ids(await getDocs(query(found, ...parts)));
  assert.deepEqual(await run(where("city", "==", "Oslo")), ["ann", "cid", "eve"]);
  assert.deepEqual(await run(where("age", ">", 30), orderBy("age", "desc")), ["dan", "cid", "bob"]);
  assert.deepEqual(await run(where("age", "!=", 40)), ["ann", "cid", "dan"]);
  assert.deepEqual(await run(where("age", "==", null)), ["eve"]);
  assert.deepEqual(await run(where("tags", "array-contains", "b")), ["ann", "bob"]);
  assert.deepEqual(await run(where("city", "in", ["Rome", "Bonn"])), ["bob", "dan"]);
  assert.deepEqual(await run(where("city", "not-in", ["Oslo"])), ["dan", "bob"]);
  assert.deepEqual(await run(where(documentId(), ">", "bob"), limit(2)), ["cid", "dan"]);
  assert.deepEqual(await run(orderBy("age"), limitToLast(2)), ["cid", "dan"]);
  assert.deepEqual(await run(orderBy("age"), startAfter(30), endBefore(60)), ["bob", "cid"]);
  assert.deepEqual(await run(or(where("age", "==", 40), where("city", "==", "Bonn"))), [
    "bob",
    "dan",
  ]);
  assert.deepEqual(
    await run(and(where("city", "==", "Oslo"), or(where("age", "<", 35), where("age", ">", 45)))),
    ["ann", "cid"],
  );
});

test("a page continues after the last document of the page before", TIMEOUT, async () => {
  const found = await people();
  const first = await getDocs(query(found, orderBy("city"), limit(3)));
  const second = await getDocs(query(found, orderBy("city"), startAfter(first.docs[2]), limit(3)));
  assert.deepEqual([ids(first), ids(second)], [["dan", "ann", "cid"], ["eve", "bob"]]);
});

test("a collection group is every collection of a name", TIMEOUT, async () => {
  const found = fresh();
  const group = `g-${randomUUID()}`;
  await setDoc(doc(found, "a", group, "one"), { n: 1 });
  await setDoc(doc(found, "b", group, "two"), { n: 2 });
  assert.deepEqual(ids(await getDocs(collectionGroup(db, group))), ["one", "two"]);
});

test("count, sum and average are computed by the server", TIMEOUT, async () => {
  const found = await people();
  assert.equal((await getCountFromServer(query(found, where("age", ">", 30)))).data().count, 3);
  const figures = await getAggregateFromServer(query(found, where("city", "==", "Oslo")), {
    n: count(),
    total: sum("age"),
    mean: average("age"),
  });
  assert.deepEqual(figures.data(), { n: 3, total: 80, mean: 40 });
});

test("a deleted document is gone", TIMEOUT, async () => {
  const it = await addDoc(fresh(), { a: 1 });
  await deleteDoc(it);
  assert.equal((await getDocFromServer(it)).exists(), false);
});

test("transactions that contend lose no increment", TIMEOUT, async () => {
  const found = fresh();
  await setDoc(doc(found, "x"), { n: 0 });
  const add = (from) =>
    runTransaction(from, async (transaction) => {
      const it = doc(from, found.path, "x");
      const { n } = (await transaction.get(it)).data();
      transaction.update(it, { n: n + 1 });
    });
  await Promise.all([add(db), add(otherDb), add(db)]);
  assert.equal((await getDocFromServer(doc(found, "x"))).data().n, 3);
});

test("a transaction verifies what it read and did not write", TIMEOUT, async () => {
  const found = fresh();
  await setDoc(doc(found, "guard"), { open: true });
  let attempts = 0;
  await runTransaction(db, async (transaction) => {
    attempts += 1;
    const guard = await transaction.get(doc(found, "guard"));
    if (attempts === 1) await setDoc(doc(otherDb, found.path, "guard"), { open: false });
    transaction.set(doc(found, "result"), { open: guard.data().open });
  });
  assert.equal(attempts, 2);
  assert.equal((await getDocFromServer(doc(found, "result"))).data().open, false);
});

test("a document's listener sees it made, changed and deleted", TIMEOUT, async () => {
  const found = fresh();
  const watch = new Watch(doc(found, "x"), (snapshot) => snapshot.data()?.n ?? null);
  await watch.until(equals(null));
  for (const n of [1, 2]) {
    await setDoc(doc(otherDb, found.path, "x"), { n });
    await watch.until(equals(n));
  }
  await deleteDoc(doc(otherDb, found.path, "x"));
  await watch.until(equals(null));
  watch.stop();
});

test("a query's listener sees documents come, change and go", TIMEOUT, async () => {
  const found = await people();
  const other = (id) => doc(otherDb, found.path, id);
  const watch = new Watch(query(found, where("city", "==", "Oslo"), orderBy("age")), ids);
  await watch.until(equals(["eve", "ann", "cid"]));
  await updateDoc(other("bob"), { city: "Oslo" });
  await watch.until(equals(["eve", "ann", "bob", "cid"]));
  await updateDoc(other("ann"), { age: 99 });
  await watch.until(equals(["eve", "bob", "cid", "ann"]));
  await updateDoc(other("cid"), { city: "Rome" });
  await watch.until(equals(["eve", "bob", "ann"]));
  await deleteDoc(other("eve"));
  await watch.until(equals(["bob", "ann"]));
  watch.stop();
});

test("a limited query's listener fills up from behind the limit", TIMEOUT, async () => {
  const found = await people();
  const watch = new Watch(query(found, orderBy("age"), limit(2)), ids);
  await watch.until(equals(["eve", "ann"]));
  await deleteDoc(doc(otherDb, found.path, "eve"));
  await watch.until(equals(["ann", "bob"]));
  await setDoc(doc(otherDb, found.path, "new"), { age: 1 });
  await watch.until(equals(["new", "ann"]));
  watch.stop();
});

test("a listener that starts again sees what it missed", TIMEOUT, async () => {
  const found = await people();
  const oslo = query(found, where("city", "==", "Oslo"));
  const first = new Watch(oslo, ids);
  await first.until(equals(["ann", "cid", "eve"]));
  first.stop();
  await deleteDoc(doc(otherDb, found.path, "ann"));
  await setDoc(doc(otherDb, found.path, "zoe"), { city: "Oslo" });
  const second = new Watch(oslo, ids);
  await second.until(equals(["cid", "eve", "zoe"]));
  second.stop();
});

test("the admin SDK writes, reads and streams", TIMEOUT, async () => {
  const found = server.collection(`a-${randomUUID()}`);
  await found.doc("x").create({ n: 1, at: adminFirestore.FieldValue.serverTimestamp() });
  await assert.rejects(found.doc("x").create({ n: 1 }), { code: 6 });
  await found.doc("x").set({ m: { a: 1 } }, { merge: true });
  await found.doc("x").update({ "m.b": adminFirestore.FieldValue.increment(2) });
  assert.deepEqual((await found.doc("x").get()).data().m, { a: 1, b: 2 });
  await assert.rejects(
    found.doc("x").update({ n: 2 }, { lastUpdateTime: adminFirestore.Timestamp.fromMillis(1) }),
    { code: 9 },
  );
  assert.equal((await found.where("n", "==", 1).count().get()).data().count, 1);
  assert.deepEqual((await found.listDocuments()).map((it) => it.id), ["x"]);
  assert.deepEqual(
    (await server.getAll(found.doc("x"), found.doc("y"))).map((it) => it.exists),
    [true, false],
  );
});

test("admin transactions that contend lose no increment", TIMEOUT, async () => {
  const it = server.collection(`a-${randomUUID()}`).doc("x");
  await it.set({ n: 0 });
  const add = () =>
    server.runTransaction(async (transaction) => {
      const { n } = (await transaction.get(it)).data();
      transaction.update(it, { n: n + 1 });
    });
  await Promise.all([add(), add(), add()]);
  assert.equal((await it.get()).data().n, 3);
});

test("an admin transaction may query", TIMEOUT, async () => {
  const found = server.collection(`a-${randomUUID()}`);
  await found.doc("a").set({ n: 1 });
  const total = await server.runTransaction(async (transaction) => {
    const snapshot = await transaction.get(found.where("n", ">", 0));
    transaction.set(found.doc("total"), { total: snapshot.size });
    return snapshot.size;
  });
  assert.equal(total, 1);
  const read = await server.runTransaction((transaction) => transaction.get(found.doc("total")), {
    readOnly: true,
  });
  assert.equal(read.data().total, 1);
});

test("the admin SDK's listener sees what the phone writes", TIMEOUT, async () => {
  const name = `a-${randomUUID()}`;
  const seen = new Promise((resolve, reject) => {
    const stop = server.collection(name).onSnapshot((snapshot) => {
      if (snapshot.size === 1) {
        stop();
        resolve(snapshot.docs[0].data());
      }
    }, reject);
  });
  await setDoc(doc(db, name, "x"), { n: 1 });
  assert.deepEqual(await seen, { n: 1 });
});

test("bulk writes and recursive deletion leave nothing", TIMEOUT, async () => {
  const found = server.collection(`a-${randomUUID()}`);
  const writer = server.bulkWriter();
  for (let index = 0; index < 60; index += 1) writer.set(found.doc(`d${index}`), { index });
  writer.set(found.doc("d0").collection("sub").doc("x"), { deep: true });
  await writer.close();
  assert.equal((await found.count().get()).data().count, 60);
  await server.recursiveDelete(found);
  assert.equal((await found.count().get()).data().count, 0);
  assert.deepEqual(await found.listDocuments(), []);
});

test("reading from the cache's target works beside the server's", TIMEOUT, async () => {
  const it = doc(fresh(), "x");
  await setDoc(it, { n: 1 });
  assert.deepEqual((await getDoc(it)).data(), { n: 1 });
});
