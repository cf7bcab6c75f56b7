import type { CsrMatrix } from "../matrix/mod.ts";
import { createRng, type Rng } from "../runtime/mod.ts";

/** A study as another laboratory might have measured it: which genes it has, and how strongly it finds each. */
export interface View {
  /** 1 for each gene of the vocabulary that the panel has; null keeps all. */
  readonly panel: Uint8Array | null;
  /** Factor of each gene: technologies differ in how well they capture one. */
  readonly gain: (gene: number) => number;
  /** Maximum number of molecules per cell; null: all of them. */
  readonly depth: number | null;
}

/** Options for drawing views. */
export interface ViewOptions {
  /** Genes of the vocabulary. */
  readonly genes: number;
  /** Panels that real files have, as 0/1 by gene: a view may be limited to one of them. */
  readonly panels: readonly Uint8Array[];
  readonly rates: ViewRates;
}

/** Rates and sizes of the differences between a view and its file. */
export interface ViewRates {
  /** Probability of the panel of another file. */
  readonly otherPanel: number;
  /** Shares of genes that are kept at random, each as likely. */
  readonly shares: readonly number[];
  /** Probability of a lower depth. */
  readonly shallow: number;
  /** Lowest and highest number of molecules then; drawn between them on a logarithmic scale. */
  readonly depths: readonly [number, number];
  /** Standard deviation of the logarithm of gains; 0 for none. */
  readonly gain: number;
}

/** Chosen on the development sets (docs/LOG.md). */
export const VIEW_RATES: ViewRates = {
  otherPanel: 0.3,
  shares: [1, 1, 0.5, 0.25, 0.1],
  shallow: 0.5,
  depths: [500, 20_000],
  gain: 0.7,
};

/** Draws a view. */
export function drawView(rng: Rng, { genes, panels, rates }: ViewOptions): View {
  const { otherPanel, shares, shallow, depths: [low, high] } = rates;
  const share = rng.choice(shares);
  const other = panels.length > 0 && rng.uniform() < otherPanel ? rng.choice(panels) : null;
  const depth = rng.uniform() < shallow ? low * (high / low) ** rng.uniform() : null;
  const gain = drawGain(rng, rates.gain);
  if (other) return { panel: thinPanel(other, { share: Math.max(share, 0.5), rng, genes }), gain, depth };
  return { panel: share < 1 ? thinPanel(null, { share, rng, genes }) : null, gain, depth };
}

/** Normal numbers, drawn once: a view reads them from a place of its own, since 20,000 draws a view would take longer than training. */
const NORMALS = Float32Array.from({ length: 8191 }, ((rng) => () => rng.normal())(createRng("gains")));

function drawGain(rng: Rng, deviation: number): View["gain"] {
  if (deviation === 0) return () => 1;
  const from = rng.int(NORMALS.length);
  return (gene) => Math.exp(deviation * NORMALS[(gene * 131 + from) % NORMALS.length]);
}

function thinPanel(
  panel: Uint8Array | null,
  { share, rng, genes }: { share: number; rng: Rng; genes: number },
): Uint8Array {
  return Uint8Array.from(
    { length: genes },
    (_, gene) => (panel === null || panel[gene] === 1) && rng.uniform() < share ? 1 : 0,
  );
}

/** The genes of a file that a view leaves. */
export const throughPanel = (measured: Uint8Array, { panel }: View): Uint8Array =>
  panel === null ? measured : measured.map((has, gene) => has & panel[gene]);

/**
 * log1p cells as a view shows each of them: fewer molecules, other genes, and each cell scaled to 10,000 again over the genes that are
 * left, as the file of such a study would be. A cell's molecule is its smallest value before the logarithm.
 */
export function seeThrough(
  cells: CsrMatrix,
  { viewOf, rng }: { viewOf: (row: number) => View; rng: Rng },
): CsrMatrix {
  const indptr = new Int32Array(cells.rows + 1);
  const indices = new Int32Array(cells.indices.length);
  const data = new Float32Array(cells.data.length);
  let kept = 0;
  for (let row = 0; row < cells.rows; row++) {
    const from = kept;
    for (const [gene, value] of seenGenes(cells, row, { view: viewOf(row), rng })) {
      indices[kept] = gene;
      data[kept++] = value;
    }
    const scale = scaleOf(data.subarray(from, kept));
    for (let i = from; i < kept; i++) data[i] = Math.log1p(data[i] * scale);
    indptr[row + 1] = kept;
  }
  return { ...cells, indptr, indices: indices.subarray(0, kept), data: data.subarray(0, kept) };
}

const scaleOf = (values: Float32Array): number => {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum > 0 ? 10_000 / sum : 0;
};

/** Genes of a cell with what is left of each before the logarithm. */
function* seenGenes(
  { indptr, indices, data }: CsrMatrix,
  row: number,
  { view, rng }: { view: View; rng: Rng },
): Generator<[number, number]> {
  const [start, end] = [indptr[row], indptr[row + 1]];
  const { molecule, molecules } = countMolecules(data.subarray(start, end));
  const share = view.depth === null ? 1 : Math.min(1, view.depth / molecules);
  for (let i = start; i < end; i++) {
    const gene = indices[i];
    if (view.panel !== null && view.panel[gene] === 0) continue;
    const value = Math.expm1(data[i]);
    const left = share < 1 ? thin(Math.round(value / molecule), share, rng) : value;
    if (left > 0) yield [gene, left * view.gain(gene)];
  }
}

function countMolecules(values: Float32Array): { molecule: number; molecules: number } {
  let [least, sum] = [Infinity, 0];
  for (const value of values) {
    const plain = Math.expm1(value);
    if (plain <= 0) continue;
    least = Math.min(least, plain);
    sum += plain;
  }
  return least === Infinity ? { molecule: 1, molecules: 1 } : { molecule: least, molecules: sum / least };
}

/** Above this many molecules a binomial is drawn as a normal. */
const MANY = 30;

/** Binomial draw: the number of `count` molecules found, each with probability `share`. */
function thin(count: number, share: number, rng: Rng): number {
  if (count <= MANY) {
    let found = 0;
    for (let i = 0; i < count; i++) if (rng.uniform() < share) found++;
    return found;
  }
  const drawn = count * share + rng.normal() * Math.sqrt(count * share * (1 - share));
  return Math.min(count, Math.max(0, Math.round(drawn)));
}
