import { writeH5ad } from "../data/mod.ts";
import { requireFolder } from "../runtime/mod.ts";
import type { SimulatedAtlas } from "./types.ts";
import { type CsrMatrix, type Frame, valuesOf } from "../matrix/mod.ts";

const BLOCK_ROWS = 512;

/** Options for writing an atlas. */
export interface WriteAtlasOptions {
  /** Provenance of the atlas (seed, options, ontology release), stored in `uns/simulation`. */
  readonly provenance?: Readonly<Record<string, string | number>>;
  readonly onProgress?: (rows: number) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Writes the atlas as an AnnData file of raw counts, drawing 512 cells at a time.
 *
 * @throws {KcellfmError} tag "file", when the folder of `path` does not exist.
 */
export async function writeAtlas(
  path: string,
  atlas: SimulatedAtlas,
  options: WriteAtlasOptions = {},
): Promise<void> {
  requireFolder(path);
  await writeH5ad(path, {
    x: blocks(atlas, options),
    obsNames: atlas.obsNames,
    varNames: atlas.varNames,
    obs: textColumns(atlas.obs),
    var: textColumns(atlas.var),
    uns: { simulation: { ...options.provenance } },
  });
}

async function* blocks(
  atlas: SimulatedAtlas,
  { onProgress, signal }: WriteAtlasOptions,
): AsyncGenerator<CsrMatrix> {
  for (let start = 0; start < atlas.nObs; start += BLOCK_ROWS) {
    signal?.throwIfAborted();
    const end = Math.min(atlas.nObs, start + BLOCK_ROWS);
    yield atlas.rows(start, end);
    await onProgress?.(end);
    await new Promise((resolve) => setTimeout(resolve)); // lets Ctrl-C and progress through
  }
}

const textColumns = (frame: Frame): Record<string, string[]> =>
  Object.fromEntries([...frame].map(([name, column]) => [name, valuesOf(column).map(String)]));
