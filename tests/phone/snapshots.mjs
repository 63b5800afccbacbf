// What a listener hears, one snapshot after the other.

import { onSnapshot } from "firebase/firestore";

/** Snapshots as they come, to be awaited one condition at a time. */
export class Watch {
  constructor(target, read) {
    this.seen = [];
    this.waiting = [];
    this.stop = onSnapshot(
      target,
      (snapshot) => {
        this.seen.push(read(snapshot));
        this.waiting.forEach((check) => check());
      },
      (error) => {
        this.error = error;
        this.waiting.forEach((check) => check());
      },
    );
  }

  until(holds) {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (this.error) reject(this.error);
        else if (this.seen.length && holds(this.seen.at(-1))) resolve(this.seen.at(-1));
      };
      this.waiting.push(check);
      check();
    });
  }
}
