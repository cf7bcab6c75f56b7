import * as tf from "../../tensor/mod.ts";
import { runKernel } from "../dispatch.ts";
import { sizeOf } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";

export const EMBED = "KcfEmbed";
export const EMBED_SCATTER = "KcfEmbedScatter";

registerWasm(EMBED, (engine, { table, ids }) => {
  const [rows, width] = table.shape;
  for (const id of engine.integers(ids)) checkId(id, rows);
  const out = engine.output([...ids.shape, width]);
  const at = engine.pointer;
  engine.run.gatherRows(sizeOf(ids.shape), width, at(table), at(ids), at(out));
  return out;
});

registerWasm<{ rows: number }>(EMBED_SCATTER, (engine, { dy, ids }, { rows }) => {
  const width = dy.shape[dy.shape.length - 1];
  const out = engine.output([rows, width]);
  const at = engine.pointer;
  engine.run.scatterRows(sizeOf(ids.shape), width, rows, at(dy), at(ids), at(out));
  return out;
});

tf.registerGradient({
  kernelName: EMBED,
  inputsToSave: ["table", "ids"],
  gradFunc: (dy, [table, ids]) => ({
    table: () => runKernel(EMBED_SCATTER, { dy: dy as tf.Tensor, ids }, { rows: table.shape[0] }),
  }),
});

/** @throws {RangeError} for an id beyond the table, which would read, and in the gradient write, other memory. */
export function checkId(id: number, rows: number): void {
  if (id < 0 || id >= rows) throw new RangeError(`Cannot embed id ${id}: the table has ${rows} rows`);
}
