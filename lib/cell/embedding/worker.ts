import type { CellBlock } from "../model.ts";
import { initCellParams } from "../params.ts";
import { createRng } from "../../runtime/mod.ts";
import { serveReplica } from "../../train/mod.ts";
import { embedBlock, type EncoderSetup } from "./parallel.ts";

/** A worker's entry: the cell encoder. */
serveReplica(({ config, informativeness, genes, classes }: EncoderSetup) => {
  const params = initCellParams(createRng("replica"), { config, genes, classes });
  const encoder = { config, params, informativeness };
  return { params, jobs: { embed: (block) => embedBlock(encoder, block as CellBlock) } };
});
