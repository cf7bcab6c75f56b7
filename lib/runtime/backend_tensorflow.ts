import { createRequire } from "node:module";
import { join } from "node:path";
import { type BackendStarter, useBackend } from "./backend_starter.ts";
import { messageOf } from "./errors.ts";
import { ROOT } from "./paths.ts";

/** TensorFlow itself, best first. Optional, since their install step downloads some hundred megabytes. */
const PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"] as const;

const INSTALL =
  "npm install --prefix vendor @tensorflow/tfjs-node-gpu@4.22.0 (or @tensorflow/tfjs-node@4.22.0)";

/** TensorFlow's C library through tfjs-node-gpu or tfjs-node, where one of them is installed in `vendor`. */
export const startTensorflow: BackendStarter = async ({ forced }) => {
  const require = createRequire(join(ROOT, "vendor", "package.json"));
  const name = PACKAGES.find((name) => isInstalled(require, name));
  if (!name) throw new Error(forced ? `TensorFlow is not installed; run ${INSTALL}` : "not installed");
  restoreUtil(require);
  try {
    require(name);
  } catch (error) {
    const [reason] = messageOf(error).split("\n");
    throw new Error(`${name} is installed but does not load (${reason}); run npm rebuild --prefix vendor`);
  }
  await useBackend("tensorflow");
  return name;
};

function isInstalled(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** tfjs-node still calls two helpers that Node has removed from its util module. */
function restoreUtil(require: NodeJS.Require): void {
  const util: Record<string, unknown> = require("node:util");
  util.isArray ??= Array.isArray;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
}
