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
