import { CELL_PRESETS, type CellConfig } from "../lib/cell/mod.ts";
import { innerSize } from "../lib/nn/mod.ts";

/** Sizes that operators and cell models are timed at. */
export interface Scale {
  readonly name: string;
  readonly config: CellConfig;
  readonly batch: number;
  /** Positions a block of the twin's scan: the fastest of 16 to 256 for PyTorch. */
  readonly torchChunk: number;
}

/** The notebooks' width at the depth and length that rows have been timed at since the first, without the whole profile. */
const WALKTHROUGH: CellConfig = { ...CELL_PRESETS.walkthrough, layers: 6, length: 256, profile: undefined };

/** The notebooks' width, and the paper's at a length that a CPU takes. */
export const SCALES: readonly Scale[] = [
  { name: "walkthrough", config: WALKTHROUGH, batch: 32, torchChunk: 64 },
  { name: "paper", config: { ...CELL_PRESETS.paper, length: 512 }, batch: 4, torchChunk: 128 },
];

/** Genes of the vocabulary, classes of the classifier and types of the ontology, at every scale. */
export const GENES = 20_000;
export const CLASSES = 64;
export const TYPES = 512;

/** B batch, L length, W width, F features of a mixer in H heads, N state width, K taps. */
export function sizesOf({ config, batch }: Scale) {
  const { inner, heads } = innerSize(config);
  return {
    B: batch,
    L: config.length,
    W: config.width,
    F: inner,
    H: heads,
    N: config.stateDim,
    K: config.convWidth,
  };
}

export type Sizes = ReturnType<typeof sizesOf>;
