import { host } from "../../runtime/host/mod.ts";
import { type HelperStart, JOB_AT, ORDER, WORDS } from "./crew.ts";
import { doJob, readJob } from "./job.ts";
import { startModule } from "./module.ts";

// A helper of a crew: it sleeps until there is an order, and never returns to its event loop.

const { memory, control, workspace, blas: library } = host.compute.helperData() as HelperStart;
const words = new Int32Array(control);
const { run } = startModule(memory, { blas: host.compute.openBlas(library), allocate: () => workspace });
const names = Object.keys(run).sort();

let seen = Atomics.load(words, WORDS.order);
const index = Atomics.add(words, WORDS.ready, 1); // in the order of getting ready: orders go to the first ones
for (;;) {
  Atomics.wait(words, WORDS.order, seen);
  const order = Atomics.load(words, WORDS.order);
  if (order === seen) continue;
  seen = order;
  if (index >= order % ORDER) continue;
  try {
    const job = readJob(new Float64Array(control, JOB_AT), names);
    doJob(run, job, { thread: index + 1, next: () => Atomics.add(words, WORDS.next, 1) });
  } catch {
    Atomics.store(words, WORDS.failed, 1);
  }
  Atomics.add(words, WORDS.done, 1);
  Atomics.notify(words, WORDS.done);
}
