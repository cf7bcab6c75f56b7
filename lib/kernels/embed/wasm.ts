import { sizeOf } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";
import { checkId, EMBED, EMBED_SCATTER, type ScatterAttributes } from "./op.ts";

registerWasm(EMBED, (engine, { table, ids }) => {
  const [rows, width] = table.shape;
  for (const id of engine.integers(ids)) checkId(id, rows);
  const out = engine.output([...ids.shape, width]);
  const at = engine.pointer;
  engine.run.gatherRows(sizeOf(ids.shape), width, at(table), at(ids), at(out));
  return out;
});

registerWasm<ScatterAttributes>(EMBED_SCATTER, (engine, { dy, ids }, { rows }) => {
  const width = dy.shape[dy.shape.length - 1];
  const out = engine.output([rows, width]);
  const at = engine.pointer;
  engine.run.scatterRows(sizeOf(ids.shape), width, rows, at(dy), at(ids), at(out));
  return out;
});
