import type { Rng } from "../../../runtime/mod.ts";
import { type GeneVectors, takeVectors, type VectorsOf } from "./cell_vectors.ts";
import type { Condition, ControlCells } from "../set.ts";
import type { Table } from "../../../matrix/mod.ts";

/** Cells that were treated alike: those of a condition, or control cells, which stay as they are. */
export interface Treatment {
  readonly control: ControlCells;
  /** Numbers of the perturbed genes in the GO graph. */
  readonly nodes: readonly number[];
  readonly cells: Table;
  /** 1 for the genes that the loss scores. */
  readonly scored: Uint8Array;
}

/** Pairs of a control and a treated cell, and the distinct rows of which the model has to predict the change. */
export interface GearsBatch {
  readonly rows: {
    readonly perturbed: Float32Array;
    readonly counts: Float32Array;
    /** Numbers of the perturbed genes of each row. */
    readonly nodes: readonly (readonly number[])[];
    /** `[genes, rows or 1, width]`. */
    readonly vectors?: { readonly values: Float32Array; readonly shape: [number, number, number] };
  };
  /** The row of each pair. */
  readonly rowOf: Int32Array;
  /** `[pairs, genes]` each. */
  readonly control: Float32Array;
  readonly truth: Float32Array;
  readonly reference: Float32Array;
  readonly weights: Float32Array;
}

/** The training conditions as treatments, the control cells of each of their backgrounds as one more. */
export function treatmentsOf(
  conditions: readonly Condition[],
  nodes: ReadonlyMap<string, number>,
): Treatment[] {
  const controls = [...new Set(conditions.map(({ control }) => control))];
  const all = new Uint8Array(controls[0].cells.cols).fill(1);
  return [
    ...conditions.map(({ perturbed, ...condition }) => ({
      ...condition,
      nodes: perturbed.map((gene) => nodes.get(gene)!),
    })),
    ...controls.map((control) => ({ control, nodes: [], cells: control.cells, scored: all })),
  ];
}

/** Number of pairs per batch and per epoch. */
export interface PairCounts {
  readonly batchSize: number;
  /** Pairs of an epoch, in the required number of rounds over the cells, or part of one; default: one round. */
  readonly pairsPerEpoch?: number;
}

/** Sources and settings of batches. */
export interface BatchOptions extends PairCounts {
  /** Cells that each side of a pair is the mean of; default 1, as in the original. */
  readonly pool?: number;
  /** Genes of the GO graph. */
  readonly nodes: number;
  readonly rng: Rng;
  readonly vectorsOf?: VectorsOf;
}

/** Batches of an epoch. */
export const batchesPerEpoch = (treatments: readonly Treatment[], counts: PairCounts): number =>
  Math.ceil(pairsOf(treatments, counts) / counts.batchSize);

function pairsOf(treatments: readonly Treatment[], { pairsPerEpoch = Infinity }: PairCounts): number {
  return Number.isFinite(pairsPerEpoch)
    ? pairsPerEpoch
    : treatments.reduce((sum, { cells }) => sum + cells.rows, 0);
}

/**
 * Every treated cell in random order, each beside a control cell of its background drawn anew (the original draws
 * once). Where gene vectors differ from cell to cell, those of a batch that were treated alike share one control cell, so
 * that the model computes each treatment once a batch.
 */
export function* pairBatches(treatments: readonly Treatment[], options: BatchOptions): Generator<GearsBatch> {
  const { batchSize, rng } = options;
  const all = treatments.flatMap(({ cells }, treatment) =>
    Array.from({ length: cells.rows }, (_, cell) => ({ treatment, cell }))
  );
  const total = pairsOf(treatments, options);
  const rounds = Array.from(
    { length: Math.ceil(total / all.length) },
    (_, round) => rng.split(`order/${round}`),
  );
  const pairs = rounds.flatMap((rng) => rng.shuffle(all.slice())).slice(0, total);
  for (let start = 0; start < pairs.length; start += batchSize) {
    const batch = { treatments, pairs: pairs.slice(start, start + batchSize) };
    yield stackPairs(batch, { ...options, rng: rng.split(start) });
  }
}

interface Pairs {
  readonly treatments: readonly Treatment[];
  readonly pairs: readonly { readonly treatment: number; readonly cell: number }[];
}

/** Rows of one batch under construction. */
interface Row {
  readonly treatment: Treatment;
  readonly vectors: GeneVectors | null;
  /** Index of the cell of this row among the vectors' cells. */
  readonly pick: number;
  count: number;
}

function stackPairs(
  { treatments, pairs }: Pairs,
  { nodes, rng, vectorsOf, pool = 1 }: BatchOptions,
): GearsBatch {
  const genes = treatments[0].cells.cols;
  const rows = new Map<string, Row>();
  const members = Map.groupBy(pairs, ({ treatment }) => treatment);
  const table = () => new Float32Array(pairs.length * genes);
  const [control, truth, reference, weights] = [table(), table(), table(), table()];
  const rowOf = Int32Array.from(pairs, ({ treatment: index, cell }, pair) => {
    const treatment = treatments[index];
    const [row, number] = findRow(rows, { treatment, index, rng, vectorsOf });
    row.count++;
    const place = (all: Float32Array) => all.subarray(pair * genes, (pair + 1) * genes);
    const isControl = treatment.nodes.length === 0;
    const partner = partnerOf(row, { treatment, cell, rng });
    poolCells(place(control), treatment.control.cells, { first: partner, pool, rng });
    if (isControl) place(truth).set(place(control));
    else poolCells(place(truth), treatment.cells, { first: cell, pool, rng });
    place(reference).set(treatment.control.mean);
    weigh(place(weights), treatment.scored, {
      conditions: members.size,
      cells: members.get(index)!.length,
    });
    return number;
  });
  return { rows: stackRows([...rows.values()], nodes), rowOf, control, truth, reference, weights };
}

/** The mean of cell `first` and `pool - 1` others drawn at random, with repeats. */
function poolCells(
  out: Float32Array,
  { data, rows, cols }: Table,
  { first, pool, rng }: { first: number; pool: number; rng: Rng },
): void {
  for (let i = 0; i < pool; i++) {
    const row = i === 0 ? first : rng.int(rows);
    for (let gene = 0; gene < cols; gene++) out[gene] += data[row * cols + gene] / pool;
  }
}

/** The row that a treatment's pairs share, and its number. */
function findRow(
  rows: Map<string, Row>,
  { treatment, index, rng, vectorsOf }: {
    treatment: Treatment;
    index: number;
    rng: Rng;
    vectorsOf?: VectorsOf;
  },
): [Row, number] {
  const vectors = vectorsOf?.(treatment.control) ?? null;
  const key = vectors?.cells ? `${index}` : treatment.nodes.join();
  if (!rows.has(key)) {
    rows.set(key, { treatment, vectors, pick: rng.int(vectors?.cells?.length ?? 1), count: 0 });
  }
  return [rows.get(key)!, [...rows.keys()].indexOf(key)];
}

/** The control cell beside a treated one, of its own background; control cells stand beside themselves. */
function partnerOf(
  { vectors, pick }: Row,
  { treatment, cell, rng }: { treatment: Treatment; cell: number; rng: Rng },
): number {
  if (vectors?.cells) return vectors.cells[pick];
  return treatment.nodes.length === 0 ? cell : rng.int(treatment.control.cells.rows);
}

/** 1 / (conditions x cells x scored genes) at scored genes. */
function weigh(
  weights: Float32Array,
  scored: Uint8Array,
  { conditions, cells }: { conditions: number; cells: number },
): void {
  const genes = scored.reduce((sum, one) => sum + one, 0);
  scored.forEach((one, gene) => weights[gene] = one / (conditions * cells * genes));
}

function stackRows(rows: readonly Row[], nodes: number): GearsBatch["rows"] {
  const perturbed = new Float32Array(rows.length * nodes);
  rows.forEach(({ treatment }, row) => treatment.nodes.forEach((node) => perturbed[row * nodes + node] = 1));
  const counts = Float32Array.from(rows, ({ count }) => count);
  const numbers = rows.map(({ treatment }) => treatment.nodes);
  const vectors = rows.flatMap(({ vectors, pick }) => vectors ? [{ vectors, pick }] : []);
  return vectors.length === 0
    ? { perturbed, counts, nodes: numbers }
    : { perturbed, counts, nodes: numbers, vectors: takeVectors(vectors, rows[0].treatment.cells.cols) };
}
