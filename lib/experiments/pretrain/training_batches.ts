import { type PretrainingBatch, pretrainingBatch, type ReadingRule } from "../../cell/mod.ts";
import {
  type CellBatch,
  drawView,
  type LabelledCells,
  measuredGenes,
  seeThrough,
  shuffledBatches,
  throughPanel,
  type View,
  type ViewRates,
} from "../../genes/mod.ts";
import type { Rng } from "../../runtime/mod.ts";

/** Choice of an epoch's cells, and the views of them. */
export interface Seeing {
  readonly batchSize: number;
  /** Cells of a type and study in an epoch at most; others are drawn in the next. Default: all. */
  readonly perType?: number;
  /** Draw a panel, a depth and gains for each study of each batch. Default: cells are seen as they are. */
  readonly views?: ViewRates;
  /** Cells of one study that stay together; half of the batches then see each less the mean of its group. Default: none. */
  readonly group?: number;
  /** Draw the length of sentences between a quarter of the model's and all of it. Default: all. */
  readonly drawLength?: boolean;
}

/**
 * Rows of an epoch: at most `perType` of each class, drawn; unlabelled cells (-1) count as one class.
 */
export function drawRows(
  { rows, classes }: Pick<LabelledCells, "rows" | "classes">,
  { perType, rng }: { perType: number; rng: Rng },
): Int32Array {
  const groups = [...Map.groupBy(rows, (row) => classes[row])].sort(([a], [b]) => a - b);
  const drawn = groups.flatMap(([label, group]) => rng.split(label).shuffle(group).slice(0, perType));
  return Int32Array.from(drawn).sort();
}

/** The studies with the rows of one epoch. */
export const drawStudies = (
  sets: readonly LabelledCells[],
  { perType, rng }: { perType?: number; rng: Rng },
): LabelledCells[] =>
  perType === undefined
    ? [...sets]
    : sets.map((set, i) => ({ ...set, rows: drawRows(set, { perType, rng: rng.split(`rows/${i}`) }) }));

/** Batches of cells as training sees them, with the genes that each study has then. */
export function* seenBatches(
  sets: readonly LabelledCells[],
  { batchSize, perType, views, group, rng }: Seeing & { rng: Rng },
): Generator<{ readonly batch: CellBatch; readonly measured: readonly Uint8Array[]; readonly rng: Rng }> {
  const measured = sets.map(measuredGenes);
  let index = 0;
  for (const batch of shuffledBatches(drawStudies(sets, { perType, rng }), { batchSize, rng, group })) {
    const own = rng.split(index++);
    yield views ? { ...see(batch, { measured, views, rng: own.split("views") }), rng: own } : {
      batch,
      measured,
      rng: own,
    };
  }
}

function see(
  batch: CellBatch,
  { measured, views, rng }: { measured: readonly Uint8Array[]; views: ViewRates; rng: Rng },
): { batch: CellBatch; measured: Uint8Array[] } {
  const genes = batch.cells.cols;
  const seen = new Map<number, View>();
  for (const study of batch.studies) {
    if (!seen.has(study)) {
      seen.set(study, drawView(rng.split(study), { genes, panels: measured, rates: views }));
    }
  }
  const viewOf = (row: number) => seen.get(batch.studies[row])!;
  const cells = seeThrough(batch.cells, { viewOf, rng: rng.split("cells") });
  return {
    batch: { ...batch, cells },
    measured: measured.map((own, study) => seen.has(study) ? throughPanel(own, seen.get(study)!) : own),
  };
}

/** The batches of one epoch of pretraining. */
export function* trainingBatches(
  sets: readonly LabelledCells[],
  { rule, hide, asPublished, drawLength, ...seeing }: Seeing & {
    rule: ReadingRule;
    hide: number;
    asPublished?: Parameters<typeof pretrainingBatch>[2]["asPublished"];
    rng: Rng;
  },
): Generator<PretrainingBatch> {
  const { config } = rule;
  for (const { batch, measured, rng } of seenBatches(sets, seeing)) {
    const length = drawLength ? Math.ceil(config.length / 4 ** rng.split("length").uniform()) : config.length;
    const read = { ...rule, config: { ...config, length } };
    const centred = seeing.group !== undefined && rng.split("centred").uniform() < 0.5;
    yield pretrainingBatch(read, batch, { rng, hide, measured, centred, asPublished });
  }
}
