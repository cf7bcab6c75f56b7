import type { WasmEngine } from "./engine.ts";

/** Chunks that keep the scratch in the cache; 48 is a multiple of the 6 rows that our own product takes at once. */
const CHUNK = 48;
const CHUNK_WITH_BLAS = 64;

/** The positions that a scan takes at once; 0 leaves the choice to the engine. */
export const chunkFor = (engine: WasmEngine, chunk: number): number =>
  chunk || (engine.blas.gemmOn ? CHUNK_WITH_BLAS : CHUNK);
