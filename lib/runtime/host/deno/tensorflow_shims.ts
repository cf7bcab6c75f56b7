import { backendError, messageOf } from "../../errors.ts";

/** TensorFlow reads these once, while it is loaded. What the user has set stays. */
const SETTINGS = {
  // by default it takes all of a GPU's memory at once, from other programs and other runs of ours
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
  // errors only: its notes on instruction sets and devices would stand between the lines of every task
  TF_CPP_MIN_LOG_LEVEL: "2",
};

/** Everything that `@tensorflow/tfjs-node` needs and Deno or today's Node do not have; call it before the import. */
export function prepareForTensorflow(require: NodeJS.Require): void {
  for (const [name, value] of Object.entries(SETTINGS)) {
    if (!Deno.env.has(name)) Deno.env.set(name, value);
  }
  restoreUtil(require);
}

/** tfjs-node still calls two helpers that Node has removed from its util module. */
function restoreUtil(require: NodeJS.Require): void {
  const util: Record<string, unknown> = require("node:util");
  util.isArray ??= Array.isArray;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
}

type Execute = (...args: unknown[]) => unknown;

/** The parts of tfjs-node's backend through which every operation goes. */
export interface Executing {
  executeSingleOutput: Execute;
  executeMultipleOutputs: Execute;
}

/** Turns TensorFlow's words for a full memory (a status, a job, an allocator) into one line with the way out. */
export function explainFullMemory(backend: Executing): void {
  for (const name of ["executeSingleOutput", "executeMultipleOutputs"] as const) {
    const execute = backend[name].bind(backend);
    backend[name] = (...args) => {
      try {
        return execute(...args);
      } catch (error) {
        throw fullMemory(error) ?? error;
      }
    };
  }
}

function fullMemory(error: unknown) {
  const found = /OOM when allocating tensor with shape(\[[\d,]*\])(?:.*device:(\w+:\d+))?/.exec(
    messageOf(error),
  );
  if (!found) return null;
  const [, shape, device = "the device"] = found;
  return backendError(
    `Cannot allocate a tensor of ${shape}: the memory of ${device} is full; use a smaller batch size (try half) or ` +
      `shorter cells`,
    error,
  );
}
