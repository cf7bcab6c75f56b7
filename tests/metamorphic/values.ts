import type { Baseline, Cell } from "./cells.ts";
import { denseOf, type Form, matrixOf, type Rows, save, sum } from "./form.ts";

const scaledTo = (cell: Cell, total: number): number[] => {
  const factor = total / sum(cell.counts);
  return cell.counts.map((count) => Math.fround(Math.fround(count) * Math.fround(factor)));
};
const log2 = (x: number) => Math.log2(x + 1);
const log10 = (x: number) => Math.log10(x + 1);
const cp10k = (cell: Cell) => scaledTo(cell, 1e4);
const log1pCp10k = (cell: Cell) => cp10k(cell).map(Math.log1p);

/** Size factors about 1, as scran's: totals over their mean, and a little off. */
function sizeFactors(cells: readonly Cell[]): number[] {
  const totals = cells.map(({ counts }) => sum(counts));
  const mean = sum(totals) / totals.length;
  return totals.map((total, i) => total / mean * (0.9 + 0.2 * ((i * 37) % 10) / 10));
}

const by =
  (make: (cell: Cell, i: number, factors: readonly number[]) => readonly number[]) => (b: Baseline): Rows => {
    const factors = sizeFactors(b.cells);
    return b.cells.map((cell, i) => make(cell, i, factors));
  };

const values = (name: string, kind: string, rows: (b: Baseline) => Rows, more: Partial<Form> = {}): Form => ({
  group: "values",
  name,
  kind,
  kept: 0.98,
  write: (b, folder) => save(b, folder, { x: matrixOf(b.cells, b.genes.length, rows(b)) }),
  ...more,
});

/** The baseline of every third gene, with what `make` gives of all genes of a cell. */
export function thirdOf(
  b: Baseline,
  make: (cell: Cell) => readonly number[] = ({ counts }) => counts,
): Baseline {
  const cells = b.cells.map((cell) => {
    const made = make(cell);
    const kept = cell.columns.map((column, i) => ({ column: column / 3, count: made[i] }))
      .filter(({ column }) => Number.isInteger(column));
    return {
      name: cell.name,
      columns: kept.map(({ column }) => column),
      counts: kept.map(({ count }) => count),
    };
  });
  return { ...b, cells, genes: b.genes.filter((_, column) => column % 3 === 0) };
}

/** Values of variable genes that were normalised among all. */
const panel = (name: string, kind: string, make: (cell: Cell) => readonly number[]): Form => ({
  group: "values",
  name,
  kind,
  kept: 0.98,
  panel: true,
  write: (b, folder) => save(thirdOf(b, make), folder),
});

const dense = (
  name: string,
  kind: string,
  make: (row: readonly number[], i: number, b: Baseline) => readonly number[],
): Form => ({
  group: "values",
  name,
  kind,
  kept: 0.98,
  write: (b, folder) => {
    const rows = denseOf(b.cells, b.genes.length).map((row, i) => make(row, i, b));
    return save(b, folder, {
      x: { shape: [rows.length, b.genes.length], data: Float32Array.from(rows.flat()) },
    });
  },
});

/** The nearest float16. */
function half(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  bits[0] = (bits[0] + 0x1000) & ~0x1fff;
  return new Float32Array(bits.buffer)[0];
}

const mean = (row: readonly number[]) => sum(row) / row.length;
const places = (count: number) => (x: number) => Number(x.toFixed(count));
/** Up to a share of each count taken away, in every n-th gene. */
const ambient = (share: number, every: number) => ({ columns, counts }: Cell): number[] =>
  counts.map((count, i) => {
    const drawn = ((columns[i] * 31 + counts.length * 17) % 97) / 97;
    return columns[i] % every === 0 ? count * (1 - share * drawn) : count;
  });
/** Counts as reads per kilobase are: by lengths of genes. */
const perLength = ({ columns, counts }: Cell): number[] =>
  counts.map((count, i) => count / (0.5 + ((columns[i] * 7919) % 1000) / 300));

/** Deviations and geometric means of genes over the cells. */
export function geneStats(b: Baseline, rows: Rows): { deviations: number[]; means: number[] } {
  const columns = b.genes.map(() => [] as number[]);
  b.cells.forEach((cell, i) => cell.columns.forEach((column, k) => columns[column].push(rows[i][k])));
  const n = b.cells.length;
  const means = columns.map((values) => sum(values) / n);
  const squares = columns.map((values) => sum(values.map((value) => value * value)));
  const deviations = squares.map((square, gene) => Math.sqrt((square - n * means[gene] ** 2) / (n - 1)) || 1);
  return { deviations, means };
}

export const scaledRows = (b: Baseline): Rows => {
  const logs = b.cells.map(log1pCp10k);
  const { deviations } = geneStats(b, logs);
  return b.cells.map(({ columns }, i) => logs[i].map((value, k) => value / deviations[columns[k]]));
};

export const zScores = (b: Baseline): Float32Array => {
  const logs = b.cells.map(log1pCp10k);
  const { deviations, means } = geneStats(b, logs);
  const stored = denseOf(b.cells.map((cell, i) => ({ ...cell, counts: logs[i] })), b.genes.length);
  return Float32Array.from(
    stored.flatMap((row) => row.map((value, gene) => (value - means[gene]) / deviations[gene])),
  );
};

const withRaw = (name: string, said: RegExp, x: (b: Baseline) => Parameters<typeof save>[2]): Form => ({
  group: "values",
  name,
  kept: 0.98,
  said,
  write: (b, folder) => {
    const raw = { x: matrixOf(b.cells, b.genes.length, b.cells.map(log1pCp10k)), varNames: b.genes };
    return save(b, folder, { ...x(b), raw });
  },
});

/** What was done to the same counts; each cell comes back, or is said to have changed. */
export const VALUES: readonly Form[] = [
  values("counts per 10,000", "size_normalised", by(cp10k)),
  values("counts per million", "size_normalised", by((cell) => scaledTo(cell, 1e6))),
  values("fractions (sum 1)", "size_normalised", by((cell) => scaledTo(cell, 1))),
  values("per cent", "size_normalised", by((cell) => scaledTo(cell, 100))),
  values(
    "by size factors about 1",
    "size_normalised",
    by(({ counts }, i, f) => counts.map((count) => count / f[i])),
  ),
  values("log1p of counts per 10,000", "log1p", by(log1pCp10k)),
  values("log1p of counts per million", "log1p", by((cell) => scaledTo(cell, 1e6).map(Math.log1p))),
  values("log2 of counts per million + 1", "log1p", by((cell) => scaledTo(cell, 1e6).map(log2))),
  values("log10 of counts per 10,000 + 1", "log1p", by((cell) => cp10k(cell).map(log10))),
  values("log1p of counts, no size factors", "log1p", by(({ counts }) => counts.map(Math.log1p)), {
    said: /integers: counts without size factors/,
  }),
  values("log2 of counts + 1", "log1p", by(({ counts }) => counts.map(log2))),
  values(
    "scran's logcounts (base 2)",
    "log1p",
    by(({ counts }, i, f) => counts.map((count) => log2(count / f[i]))),
  ),
  values(
    "logcounts, natural",
    "log1p",
    by(({ counts }, i, f) => counts.map((count) => Math.log1p(count / f[i]))),
  ),
  values(
    "batches of different target sums",
    "log1p",
    by((cell, i) => scaledTo(cell, i % 2 ? 1e4 : 1e6).map(Math.log1p)),
  ),
  values("all cells logged twice", "log1p", by((cell) => log1pCp10k(cell).map(Math.log1p))),
  values(
    "part of the cells logged twice",
    "log1p",
    by((cell, i) => i % 4 ? log1pCp10k(cell) : log1pCp10k(cell).map(Math.log1p)),
    {
      said: /15 of 60 cells are logarithms taken twice/,
    },
  ),
  values("part of the cells not logged", "log1p", by((cell, i) => i % 4 ? log1pCp10k(cell) : cell.counts), {
    said: /15 of 60 cells are no logarithms/,
  }),
  values(
    "part of the cells to base 2",
    "log1p",
    by((cell, i) => i % 4 ? log1pCp10k(cell) : cp10k(cell).map(log2)),
    {
      said: /15 of 60 cells are logarithms of base 2/,
    },
  ),
  values("square roots of counts", "square_root", by(({ counts }) => counts.map(Math.sqrt))),
  values("square roots of counts per 10,000", "square_root", by((cell) => cp10k(cell).map(Math.sqrt))),
  values("log1p, float16", "log1p", by((cell) => log1pCp10k(cell).map(half))),
  values("log1p, three decimals", "log1p", by((cell) => log1pCp10k(cell).map(places(3)))),
  values("log1p, four digits", "log1p", by((cell) => log1pCp10k(cell).map((x) => Number(x.toPrecision(4))))),
  dense("centred log ratios", "log1p", (row) => {
    const logs = row.map(Math.log1p);
    return logs.map((value) => value - mean(logs));
  }),
  dense("edgeR's log counts per million", "log1p", (row, i, b) => {
    const prior = 2 * sizeFactors(b.cells)[i];
    return row.map((count) => Math.log2((count + prior) / (sum(row) + 2 * prior) * 1e6));
  }),
  values("Seurat's CLR by cell", "log1p", (b) =>
    b.cells.map(({ counts }) => {
      const divisor = Math.exp(sum(counts.map(Math.log1p)) / b.genes.length);
      return counts.map((count) => Math.log1p(count / divisor));
    })),
  panel("variable genes, counts", "counts", ({ counts }) => counts),
  panel("variable genes of log1p of counts per 10,000", "log1p", log1pCp10k),
  panel(
    "variable genes of log1p of counts per million",
    "log1p",
    (cell) => scaledTo(cell, 1e6).map(Math.log1p),
  ),
  panel("variable genes of counts per 10,000", "size_normalised", cp10k),
  withRaw("z-scores beside raw", /X is scaled, so raw was read/, (b) => ({
    x: { shape: [b.cells.length, b.genes.length], data: zScores(b) },
  })),
  withRaw("scaled without centring beside raw", /X is scaled, so raw was read/, (b) => ({
    x: matrixOf(b.cells, b.genes.length, scaledRows(b)),
  })),
  withRaw("variable genes beside raw of all", /X has 200 genes and raw 600, so raw was read/, (b) => {
    const third = thirdOf(b, log1pCp10k);
    return { x: matrixOf(third.cells, third.genes.length), varNames: third.genes };
  }),
  values("ambient-corrected counts (some genes)", "counts", by(ambient(0.5, 5)), {
    kept: 0.9,
    said: /corrected counts/,
  }),
  values("ambient-corrected counts (all genes)", "counts", by(ambient(0.12, 1)), { kept: 0.9 }),
  values(
    "log1p of corrected counts per 10,000",
    "log1p",
    by((cell) => {
      const made = ambient(0.12, 1)(cell);
      return made.map((value) => Math.log1p(1e4 * value / sum(made)));
    }),
    { kept: 0.9 },
  ),
  values(
    "reads per kilobase per million",
    "counts",
    by((cell) => {
      const made = perLength(cell);
      return made.map((value) => 1e6 * value / sum(cell.counts));
    }),
    { kept: 0.5 },
  ),
  values(
    "log2 of reads per kilobase per million + 1",
    "log1p",
    by((cell) => {
      const made = perLength(cell);
      return made.map((value) => log2(1e6 * value / sum(cell.counts)));
    }),
    { kept: 0.5, said: /more than a million, so the base is 2/ },
  ),
  values(
    "transcripts per million",
    "size_normalised",
    by((cell) => {
      const made = perLength(cell);
      return made.map((value) => 1e6 * value / sum(made));
    }),
    { kept: 0.5 },
  ),
  values("binarised", "binary", by(({ counts }) => counts.map(() => 1)), { kept: 0.5, said: /binarised/ }),
];
