import { engineName } from "../../kernels/mod.ts";
import { type StartingPoint, unseenCheckpoint, untrained } from "../../experiments/finetune/mod.ts";
import { bestOntology } from "../../experiments/pretrain/mod.ts";
import {
  ownSplit,
  type PartSizes,
  type SpatialOptions,
  type SpatialSet,
} from "../../experiments/spatial/mod.ts";

/** Cells of a notebook's set: enough to learn from within a minute, or (`quick`) to see that all works. */
export const notebookCells = ({ quick }: { quick: boolean }): PartSizes =>
  quick ? { train: 400, test: 300 } : { train: 800, test: 600 };

/** Choices that a notebook was given. */
export interface NotebookChoice {
  readonly preset: string;
  readonly seed: number;
  readonly backend: { readonly name: string };
}

/** Options of a run that ends within two minutes: few epochs, no ablations, one reading a cell. */
export async function notebookRun(
  set: SpatialSet,
  { preset, seed, backend }: NotebookChoice,
): Promise<SpatialOptions> {
  const start: StartingPoint = await unseenCheckpoint(set.name, { preset }) ?? await untrained(preset, seed);
  return {
    start,
    preset,
    seed,
    backend: engineName(backend),
    split: ownSplit(set.cells),
    repeats: 1,
    ablations: false,
    draws: 0,
    ontology: await bestOntology(),
    tune: { epochs: 5 },
  };
}

/** Header of a notebook on a set. */
export const headerData = ({ name, origin, real, cells }: SpatialSet) => ({
  name: `${name}: ${origin}`,
  real,
  cells: cells.labels.filter((label) => label !== null).length,
  genes: cells.markers.length,
});
