import { deepStrictEqual as equal, ok, throws } from "node:assert/strict";
import { type CellSource, memorySource } from "../../lib/data/mod.ts";
import { type AskedValues, detectValues, readLog1p, toLog1p, type ValueKind } from "../../lib/genes/mod.ts";
import { csrFromDense } from "../../lib/matrix/mod.ts";
import { denseFromCsr } from "../matrix/dense.ts";
import { createRng } from "../../lib/runtime/mod.ts";
import { oneLine } from "../data/helpers.ts";
import { assertClose } from "../close.ts";

const CELLS = 60;
const GENES = 80;
type Rows = readonly (readonly number[])[];

/** Counts with library sizes that differ between cells. */
function counts(): number[][] {
  const rng = createRng("values");
  return Array.from({ length: CELLS }, () => {
    const depth = 1 + 4 * rng.uniform();
    return Array.from({ length: GENES }, () => rng.poisson(depth * rng.uniform()));
  });
}

const sum = (row: readonly number[]) => row.reduce((a, b) => a + b, 0);
const mean = (row: readonly number[]) => sum(row) / row.length;
const normalised = (rows: Rows, total = 1e4) => rows.map((row) => row.map((x) => x * total / sum(row)));
const map = (rows: Rows, f: (x: number) => number) => rows.map((row) => row.map(f));
const someGenes = (rows: Rows) => rows.map((row) => row.slice(0, 40));
const log2 = (x: number) => Math.log2(x + 1);
const log10 = (x: number) => Math.log10(x + 1);
const places = (count: number) => (x: number) => Number(x.toFixed(count));
/** Values as kilobases make them: a factor a gene, so that no cell is whole multiples of anything. */
const perLength = (rows: Rows, total: number) =>
  normalised(rows.map((row) => row.map((x, gene) => x / (0.31 + (gene * 0.617) % 1))), total);

const source = (rows: Rows): CellSource =>
  memorySource({
    name: "test",
    matrix: csrFromDense(Float32Array.from(rows.flat()), rows.length, rows[0].length),
    obsNames: rows.map((_, i) => `c${i}`),
    varNames: rows[0].map((_, i) => `g${i}`),
  });

const raw = counts();

/** Forms from which counts come back: the values, their kind, the evidence. */
const WHOLE: [string, Rows, ValueKind, RegExp][] = [
  ["counts", raw, "counts", /all values are integers/],
  ["counts per 10,000", normalised(raw), "size_normalised", /every cell sums to 10000.*counts come back/],
  ["fractions", normalised(raw, 1), "size_normalised", /every cell sums to 1;/],
  ["log1p", map(normalised(raw), Math.log1p), "log1p", /e\^x - 1 sums to 10000/],
  ["log1p of counts", map(raw, Math.log1p), "log1p", /integers: counts without size factors/],
  ["log2 of counts", map(raw, log2), "log1p", /2\^x - 1 are integers/],
  ["log2 of counts per million", map(normalised(raw, 1e6), log2), "log1p", /2\^x - 1 sums to 1000000/],
  ["log10", map(normalised(raw), log10), "log1p", /10\^x - 1 sums to 10000/],
  ["log2 by size factors near 1", map(normalised(raw, 200), log2), "log1p", /2\^x - 1/],
  [
    "two target sums",
    normalised(raw).map((row, i) => row.map((x) => Math.log1p(i % 2 ? x : 100 * x))),
    "log1p",
    /counts come back/,
  ],
  [
    "logarithms taken twice",
    map(map(normalised(raw), Math.log1p), Math.log1p),
    "log1p",
    /e\^\(e\^x - 1\) - 1/,
  ],
  ["square roots", map(normalised(raw), Math.sqrt), "square_root", /x\^2 sums to 10000/],
  [
    "log1p rounded to 3 places",
    map(map(normalised(raw), Math.log1p), places(3)),
    "log1p",
    /counts come back/,
  ],
  [
    "centred log ratios",
    map(raw, Math.log1p).map((row) => row.map((x) => x - mean(row))),
    "log1p",
    /above each cell's smallest value/,
  ],
];

for (const [name, rows, kind, words] of WHOLE) {
  Deno.test(`detectValues calls ${name} ${kind}, and counts come back`, () => {
    const cells = source(rows);
    const found = detectValues(cells);
    equal(found.kind, kind, found.evidence);
    ok(words.test(found.evidence), found.evidence);
    const back = readLog1p(cells, found, { start: 0, end: CELLS });
    equal(denseFromCsr(back), denseFromCsr(toLog1p(source(raw).rows(0, CELLS), "counts")));
  });
}

const partly = (other: (row: readonly number[]) => readonly number[]) =>
  map(normalised(raw), Math.log1p).map((row, i) => i < 7 ? other(raw[i]) : row);

/** Files of which seven cells have another history than the rest. */
const MIXED: [string, Rows, RegExp][] = [
  ["not logged", partly((row) => row), /7 of 60 cells are no logarithms \(the first: c0\)/],
  [
    "logged twice",
    partly((row) => normalised([row])[0].map((x) => Math.log1p(Math.log1p(x)))),
    /taken twice/,
  ],
  ["of base 2", partly((row) => row.map(log2)), /7 of 60 cells are logarithms of base 2/],
];

for (const [name, rows, words] of MIXED) {
  Deno.test(`detectValues says that seven cells are ${name}, and brings each cell back by itself`, () => {
    const cells = source(rows);
    const found = detectValues(cells);
    ok(words.test(found.evidence), found.evidence);
    ok(found.doubts?.some((doubt) => doubt.startsWith("Not all cells were treated alike")));
    const back = readLog1p(cells, found, { start: 0, end: CELLS });
    equal(denseFromCsr(back), denseFromCsr(toLog1p(source(raw).rows(0, CELLS), "counts")));
  });
}

const deviations = Array.from({ length: GENES }, (_, gene) => {
  const column = map(normalised(raw), Math.log1p).map((row) => row[gene]);
  return Math.sqrt(sum(column.map((x) => (x - mean(column)) ** 2)) / (CELLS - 1));
});
const geometric = Array.from(
  { length: GENES },
  (_, gene) => Math.exp(mean(raw.map((row) => Math.log1p(row[gene])))),
);

const OTHERS: [string, Rows, ValueKind, RegExp][] = [
  ["one cell of counts", raw.slice(0, 1), "counts", /integers/],
  ["transcripts per million", perLength(raw, 1e6), "size_normalised", /x sums to 1000000/],
  [
    "log1p of transcripts per 10,000",
    map(perLength(raw, 1e4), Math.log1p),
    "log1p",
    /e\^x - 1 sums to 10000/,
  ],
  ["log10 of transcripts per million", map(perLength(raw, 1e6), log10), "log1p", /10\^x - 1 sums to 1000000/],
  [
    "log2 of reads per kilobase, some genes",
    someGenes(map(perLength(raw, 4e6), log2)),
    "log1p",
    /more than a million, so the base is 2/,
  ],
  ["binarised counts", map(raw, (x) => Math.min(x, 1)), "binary", /they only say which genes are there/],
  [
    "z-scores",
    map(raw, (x) => x - 1.5),
    "scaled",
    /negative values \(down to -1\.5, the first in row 1 \(cell c0\), gene g/,
  ],
  [
    "scaled without centring",
    map(normalised(raw), Math.log1p).map((row) => row.map((x, gene) => x / deviations[gene])),
    "scaled",
    /of the genes have a standard deviation near 1/,
  ],
  [
    "centred log ratios by gene",
    raw.map((row) => row.map((x, gene) => Math.log1p(x / geometric[gene]))),
    "scaled",
    /normalised gene by gene/,
  ],
  ["intensities in [0, 1]", map(raw, (x) => (x ** 1.3 + 0.1) / 60), "scaled", /between 0 and 1/],
  ["corrected counts", map(raw, (x) => x * (1 - 0.03 * (x % 2))), "counts", /integers.*corrected counts/],
];

for (const [name, rows, kind, words] of OTHERS) {
  Deno.test(`detectValues calls ${name} ${kind}`, () => {
    const found = detectValues(source(rows));
    equal(found.kind, kind, found.evidence);
    ok(words.test(found.evidence), found.evidence);
  });
}

Deno.test("detectValues takes what it is told unless the values cannot be that", () => {
  const expect = (rows: Rows, kind: AskedValues) => detectValues(source(rows), { expect: kind });
  const negative = map(raw, (x) => x - 1.5);
  throws(
    () => expect(negative, "counts"),
    oneLine("data", /as counts: it holds negative values \(down to -1\.5\)/),
  );
  throws(() => expect(negative, "log1p"), oneLine("data", /as log1p: it holds negative values/));
  throws(() => expect(map(raw, (x) => 100 * x), "log1p"), oneLine("data", /too large for a logarithm/));
  equal(expect(raw, "counts").kind, "counts");
  const told = expect(map(normalised(raw), Math.log1p), "counts");
  equal(told.kind, "counts");
  ok(/as asked \(it looks like log1p/.test(told.evidence));
  const base = expect(map(perLength(raw, 1e5), log2), "log2");
  equal([base.kind, base.plan?.undo], ["log1p", "2"]);
});

const IMPOSSIBLE: [number, string][] = [
  [NaN, "NaN, not a finite number"],
  [Infinity, "Infinity, not a finite number"],
  [-2, "negative \\(-2\\)"],
];

Deno.test("detectValues names row and gene of a value that cannot be, in whichever cell it lies", () => {
  const many = Array.from({ length: 2000 }, (_, i) => raw[i % CELLS]);
  for (const [bad, is] of IMPOSSIBLE) {
    for (const place of [0, 1234]) {
      const rows = many.map((row, i) => i === place ? row.with(5, bad) : row);
      const where = `row ${place + 1} \\(cell c${place}\\), gene g5 is ${is}`;
      throws(() => detectValues(source(rows)), oneLine("data", new RegExp(where)));
    }
  }
  throws(() => detectValues(source([[0, 0], [0, 0]])), oneLine("data", /all of its sampled values are zero/));
});

Deno.test("readLog1p names row and gene of a value that detectValues was not shown", () => {
  const found = detectValues(source(raw));
  const later = source(raw.map((row, i) => i === 3 ? row.with(7, NaN) : row));
  throws(
    () => readLog1p(later, found, { start: 2, end: 6 }),
    oneLine("data", /row 4 \(cell c3\), gene g7 is NaN/),
  );
});

/** float32 logarithms of values up to 10^4 agree to about 1e-6. */
const TOLERANCE = 2e-6;

const close = (actual: Float32Array, expected: Rows) =>
  assertClose(actual, expected.flat(), { absolute: TOLERANCE, relative: TOLERANCE });

Deno.test("toLog1p brings counts and proportions to log1p, leaves logarithms alone, and changes nothing in place", () => {
  const wanted = map(normalised(raw), Math.log1p);
  for (const rows of [raw, normalised(raw), normalised(raw, 1e6)]) {
    const matrix = source(rows).rows(0, CELLS);
    const before = matrix.data.slice();
    const once = toLog1p(matrix, "counts");
    close(denseFromCsr(once), wanted);
    equal(toLog1p(once, "log1p").data, once.data);
    equal(matrix.data, before);
  }
});

Deno.test("toLog1p keeps empty cells empty and refuses scaled values", () => {
  const { data } = toLog1p(csrFromDense([0, 0, 3, 1], 2, 2), "counts", { targetSum: 4 });
  close(data, [[Math.log1p(3), Math.log1p(1)]]);
  throws(() => toLog1p(csrFromDense([1], 1, 1), "scaled"), oneLine("data", /Cannot normalise scaled values/));
});

Deno.test("readLog1p brings a cell back by a shorter way where the way of most would lead beyond all numbers", () => {
  const twice = map(map(normalised(raw), Math.log1p), Math.log1p);
  const rows = twice.with(0, twice[0].map((_, gene) => gene === 3 ? 9 : 0));
  const cells = source(rows);
  const { data, indptr } = readLog1p(cells, detectValues(cells), { start: 0, end: CELLS });
  equal([...data.subarray(0, indptr[1])], [Math.fround(Math.log1p(1e4))]);
});
