import type * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel } from "../dispatch.ts";
import { checkShapes } from "../shapes.ts";
import { embedReference } from "./reference.ts";
import { EMBED } from "./wasm.ts";

/**
 * Rows of table `[V, D]` by int32 ids of any shape: `[..., D]`.
 *
 * @throws {RangeError} when an id is not in `[0, V)`.
 */
export function embed(table: tf.Tensor2D, ids: tf.Tensor): tf.Tensor {
  checkShapes("embed", { ids: [ids, ids.shape, "int32"] });
  return hasKernel(EMBED) ? runKernel(EMBED, { table, ids }) : embedReference(table, ids);
}
