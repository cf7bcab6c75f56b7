import * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel } from "../core/dispatch.ts";
import { checkShapes } from "../core/shapes.ts";
import { embedReference } from "./reference.ts";

/** Inputs table and ids. */
export const EMBED = "KcfEmbed";
/** The gradient of a table of `rows` rows from dy and ids. */
export const EMBED_SCATTER = "KcfEmbedScatter";

export interface ScatterAttributes {
  readonly rows: number;
}

/**
 * Rows of table `[V, D]` by int32 ids of any shape: `[..., D]`.
 *
 * @throws {RangeError} when an id is not in `[0, V)`.
 */
export function embed(table: tf.Tensor2D, ids: tf.Tensor): tf.Tensor {
  checkShapes("embed", { ids: [ids, ids.shape, "int32"] });
  return hasKernel(EMBED) ? runKernel(EMBED, { table, ids }) : embedReference(table, ids);
}

/** @throws {RangeError} for an id beyond the table, which would read, and in the gradient write, other memory. */
export function checkId(id: number, rows: number): void {
  if (id < 0 || id >= rows) throw new RangeError(`Cannot embed id ${id}: the table has ${rows} rows`);
}

tf.registerGradient({
  kernelName: EMBED,
  inputsToSave: ["table", "ids"],
  gradFunc: (dy, [table, ids]) => ({
    table: () => runKernel(EMBED_SCATTER, { dy: dy as tf.Tensor, ids }, { rows: table.shape[0] }),
  }),
});
