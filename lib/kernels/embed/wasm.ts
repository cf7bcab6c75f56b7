import { lightBlocks } from "../wasm/blocks.ts";
import { sizeOf } from "../wasm/engine.ts";
import { registerWasm } from "../wasm/register.ts";
import { checkId, EMBED, EMBED_SCATTER, type ScatterAttributes } from "./op.ts";

registerWasm(EMBED, (engine, { table, ids }) => {
  const [entries, width] = table.shape;
  for (const id of engine.integers(ids)) checkId(id, entries);
  const out = engine.output([...ids.shape, width]);
  const rows = sizeOf(ids.shape);
  const work = [
    "gatherRows",
    width,
    engine.pointer(table),
    engine.pointer(ids),
    engine.pointer(out),
  ] as const;
  engine.share({ work, rows, blocks: lightBlocks(rows, width) });
  return out;
});

registerWasm<ScatterAttributes>(EMBED_SCATTER, (engine, { dy, ids }, { rows }) => {
  const width = dy.shape[dy.shape.length - 1];
  const out = engine.output([rows, width]);
  const [from, at, to] = [dy, ids, out].map(engine.pointer);
  const work = ["scatterRows", sizeOf(ids.shape), width, from, at, to] as const;
  engine.share({ work, rows, blocks: lightBlocks(rows, width) });
  return out;
});
