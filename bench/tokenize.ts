import { CELL_PRESETS, pretrainingBatch } from "../lib/cell/mod.ts";
import { detectValues, type LabelledCells, shuffledBatches } from "../lib/genes/mod.ts";
import { openH5ad } from "../lib/data/mod.ts";
import { createRng } from "../lib/runtime/mod.ts";
import { simulatedFile } from "./simulated.ts";

/** Cells with as many genes as a droplet experiment finds, about 1,400 of 20,000. */
const FILE = { cells: 4096, genes: 20_000, meanGap: 14 };
const BATCH = 32;

/** What brings cells from a file to the model's door, and how many cells that is. */
export interface Feeding {
  readonly cells: number;
  readonly shape: string;
  /** Reads, scales, tokenizes, masks and batches every cell once. */
  run(): void;
  close(): void;
}

/** Opens the cells that training would read, as it reads them. */
export async function openFeeding(): Promise<Feeding> {
  const config = { ...CELL_PRESETS.walkthrough, length: 256, profile: undefined };
  const source = await openH5ad(await simulatedFile(FILE));
  const informativeness = new Float32Array(FILE.genes).map((_, i) => 1 + i % 7);
  const set: LabelledCells = {
    source,
    values: detectValues(source),
    tokenOf: Int32Array.from({ length: FILE.genes }, (_, i) => i),
    genes: FILE.genes,
    rows: Int32Array.from({ length: FILE.cells }, (_, i) => i),
    classes: new Int32Array(FILE.cells).fill(-1),
  };
  const rng = createRng("feeding");
  return {
    cells: FILE.cells,
    shape: `${FILE.cells} cells of ${FILE.genes} genes to batches of ${BATCH} x ${config.length}`,
    run() {
      for (const batch of shuffledBatches([set], { batchSize: BATCH, rng })) {
        pretrainingBatch({ config, informativeness }, batch, { rng, hide: 0.2 });
      }
    },
    close: () => source.close(),
  };
}
