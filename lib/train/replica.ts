import type * as tf from "../tensor/mod.ts";
import { setThreads } from "../kernels/mod.ts";
import { flattenParams, type ParamTree } from "../nn/mod.ts";
import { startBackend } from "../runtime/mod.ts";
import { batchRng, computeGradients } from "./gradients.ts";
import { type Answer, type Request, toPlain } from "./messages.ts";
import { readShared, type SharedTensors, shareTensors, writeShared } from "./shared.ts";
import type { Scores, TrainingOptions } from "./types.ts";

/** The model of a worker: the same tree of parameters as in the main thread, whose values it is sent. */
export interface Replica<Batch> {
  readonly params: ParamTree;
  /** Absent where it is not trained. */
  readonly loss?: TrainingOptions<Batch>["loss"];
  /** Other work it can be asked for, by name; inputs and outputs are plain data. */
  readonly jobs: Readonly<Record<string, (input: unknown) => unknown>>;
}

/** The part of a worker's global scope that we use, in the words of the Worker standard. */
interface WorkerScope {
  onmessage: (event: MessageEvent<Request>) => void;
  postMessage(answer: Answer): void;
}

/**
 * Makes this module a worker's entry: it answers the requests of {@linkcode startWorkers} until it is terminated.
 *
 * @param build makes the replica from the plain data that the main thread sent
 */
export function serveReplica<Setup, Batch>(build: (setup: Setup) => Replica<Batch>): void {
  const scope = globalThis as unknown as WorkerScope;
  let running: Running<Batch> | null = null;
  scope.onmessage = async ({ data: request }) => {
    try {
      if (request.kind === "start") running = await start(request, build);
      scope.postMessage({ ok: true, value: running && answer(running, request) });
    } catch (error) {
      scope.postMessage({ ok: false, error: toPlain(error) });
    }
  };
}

interface Running<Batch> {
  readonly replica: Replica<Batch>;
  readonly all: Map<string, tf.Variable>;
  readonly learning: Map<string, tf.Variable>;
  readonly params: SharedTensors;
  readonly gradients: SharedTensors;
}

async function start<Setup, Batch>(
  request: Request & { kind: "start" },
  build: (setup: Setup) => Replica<Batch>,
): Promise<Running<Batch>> {
  await startBackend(request.backend);
  setThreads(1); // libraries that keep the number by thread have to be told in each
  const replica = build(request.setup as Setup);
  const all = flattenParams(replica.params);
  const learning = new Map(request.learning.map((name) => [name, all.get(name)!]));
  const params = shareTensors(all, request.params);
  return { replica, all, learning, params, gradients: shareTensors(learning, request.gradients) };
}

function answer<Batch>(running: Running<Batch>, request: Request): unknown {
  if (request.kind === "start") return null;
  readShared(running.params, running.all); // the main thread may have changed them since
  if (request.kind === "gradients") return writeGradients(running, request);
  return running.replica.jobs[request.job](request.input);
}

function writeGradients<Batch>(
  { replica, learning, gradients }: Running<Batch>,
  { part, place }: Request & { kind: "gradients" },
): Scores {
  if (!replica.loss) throw new TypeError("Cannot compute gradients: this worker's model has no loss");
  const training = { rng: batchRng(place) };
  const step = computeGradients({ loss: replica.loss, learning }, { batch: part as Batch, training });
  writeShared(gradients, step.gradients);
  step.gradients.forEach((gradient) => gradient.dispose());
  return step.scores;
}
