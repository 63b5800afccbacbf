// A phone that listens to one document and writes each snapshot as a line of JSON, until killed.

import { initializeApp } from "firebase/app";
import {
  connectFirestoreEmulator,
  doc,
  initializeFirestore,
  onSnapshot,
  setLogLevel,
} from "firebase/firestore";

const [project, path] = process.argv.slice(2);
const [host, port] = process.env.FIRESTORE_EMULATOR_HOST.split(":");

setLogLevel("silent"); // it reports the server's absence, which is what it is to survive
const db = initializeFirestore(initializeApp({ projectId: project, apiKey: "none" }), {});
connectFirestoreEmulator(db, host, Number(port));
onSnapshot(
  doc(db, path),
  (snapshot) => console.log(JSON.stringify(snapshot.data() ?? null)),
  (error) => {
    console.log(JSON.stringify({ error: error.code }));
    process.exit(1);
  },
);
