// The listening phone: creates one upload or request if given on standard input, then prints each
// status of a job, one JSON object a line, until it is final.
// usage: node listen.mjs PROJECT USER PROCESSING_ID   (FIRESTORE_EMULATOR_HOST says where)
import { readFileSync } from "node:fs";
import { initializeApp, deleteApp } from "firebase/app";
import {
  connectFirestoreEmulator, doc, getDoc, getFirestore, onSnapshot, setDoc, terminate,
} from "firebase/firestore";

const FINAL = new Set(["completed", "insufficient_data", "failed", "requires_review"]);

const [project, user, processingId] = process.argv.slice(2);
const [host, port] = process.env.FIRESTORE_EMULATOR_HOST.split(":");
const app = initializeApp({ projectId: project });
const firestore = getFirestore(app);
connectFirestoreEmulator(firestore, host, Number(port));

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function end(job) {
  if (job.insight_id) {
    const insight = await getDoc(doc(firestore, "users", user, "insights", job.insight_id));
    say({ insight: insight.data() });
  }
  await terminate(firestore);
  await deleteApp(app);
}

const unsubscribe = onSnapshot(doc(firestore, "users", user, "jobs", processingId), (snapshot) => {
  if (!snapshot.exists()) return;
  const { status, progress, history } = snapshot.data();
  say({ status, progress, history: history.map((step) => step.status) });
  if (FINAL.has(status)) {
    unsubscribe();
    end(snapshot.data());
  }
});

const given = readFileSync(0, "utf8");
for (const [path, document] of given ? JSON.parse(given) : []) {
  await setDoc(doc(firestore, path), document);
}
