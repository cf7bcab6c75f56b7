import { deepStrictEqual as equal, ok, throws } from "node:assert/strict";
import { csrFromDense, denseFromCsr } from "../../lib/matrix/mod.ts";
import { detectValues, toLog1p, type ValueKind } from "../../lib/genes/mod.ts";
import { memorySource } from "../../lib/data/mod.ts";
import { createRng } from "../../lib/runtime/mod.ts";
import { oneLine } from "../data/helpers.ts";

const CELLS = 60;
const GENES = 80;

/** Counts with library sizes that differ between cells. */
function counts(): number[][] {
  const rng = createRng("values");
  return Array.from({ length: CELLS }, () => {
    const depth = 1 + 4 * rng.uniform();
    return Array.from({ length: GENES }, () => rng.poisson(depth * rng.uniform()));
  });
}

const sum = (row: readonly number[]) => row.reduce((a, b) => a + b, 0);
const normalised = (rows: number[][], total = 1e4) => rows.map((row) => row.map((x) => x * total / sum(row)));
const map = (rows: number[][], f: (x: number) => number) => rows.map((row) => row.map(f));
const source = (rows: number[][]) =>
  memorySource({
    name: "test",
    matrix: csrFromDense(Float32Array.from(rows.flat()), rows.length, rows[0].length),
    obsNames: rows.map((_, i) => `c${i}`),
    varNames: rows[0].map((_, i) => `g${i}`),
  });

const cases: [string, number[][], ValueKind, RegExp][] = [
  ["counts", counts(), "counts", /all values are integers/],
  ["one cell of counts", counts().slice(0, 1), "counts", /integers/],
  ["counts per 10,000", normalised(counts()), "size_normalised", /sums to 10000/],
  [
    "counts per 10,000, some genes",
    normalised(counts()).map((r) => r.slice(0, 40)),
    "size_normalised",
    /multiples/,
  ],
  ["log1p", map(normalised(counts()), Math.log1p), "log1p", /e\^x - 1 sums to 10000/],
  ["log1p, some genes", map(normalised(counts()), Math.log1p).map((r) => r.slice(0, 40)), "log1p", /at most/],
  ["log2", map(normalised(counts()), (x) => Math.log2(x + 1)), "log1p", /2\^x - 1 sums to 10000/],
  ["z-scores", map(counts(), (x) => x - 1.5), "scaled", /negative values \(down to -1\.5\)/],
  ["intensities in [0, 1]", map(counts(), (x) => (x + 0.1) / 30), "scaled", /between 0 and 1/],
  ["corrected counts", map(counts(), (x) => x * (1 + 1e-3 * x)), "counts", /smallest value is 1/],
];

for (const [name, rows, kind, words] of cases) {
  Deno.test(`detectValues calls ${name} ${kind}`, () => {
    const found = detectValues(source(rows));
    equal(found.kind, kind, found.evidence);
    ok(words.test(found.evidence), found.evidence);
  });
}

Deno.test("detectValues rejects what contradicts the values", () => {
  const expect = (rows: number[][], kind: ValueKind) => detectValues(source(rows), { expect: kind });
  const negative = map(counts(), (x) => x - 1.5);
  throws(
    () => expect(negative, "counts"),
    oneLine("data", /as counts: it holds negative values \(down to -1\.5\)/),
  );
  throws(() => expect(negative, "log1p"), oneLine("data", /as log1p: it holds negative values/));
  const log = map(normalised(counts()), Math.log1p);
  throws(() => expect(log, "counts"), oneLine("data", /as counts: only 0 % of its values are integers/));
  throws(() => expect(map(counts(), (x) => 100 * x), "log1p"), oneLine("data", /too large for a logarithm/));
  equal(expect(counts(), "counts").kind, "counts");
  throws(() => detectValues(source([[0, 0], [0, 0]])), oneLine("data", /all of its sampled values are zero/));
});

/** float32 logarithms of values up to 10^4 agree to about 1e-6. */
const TOLERANCE = 2e-6;

function close(actual: Float32Array, expected: number[][]): void {
  expected.flat().forEach((value, i) =>
    ok(Math.abs(actual[i] - value) <= TOLERANCE * (1 + value), `${actual[i]} ${value}`)
  );
}

Deno.test("toLog1p brings every kind to the same values, and none twice", () => {
  const raw = counts();
  const wanted = map(normalised(raw), Math.log1p);
  const forms: number[][][] = [
    raw,
    normalised(raw),
    normalised(raw, 1e6),
    wanted,
    map(normalised(raw), (x) => Math.log2(x + 1)),
  ];
  for (const rows of forms) {
    const cells = source(rows);
    const matrix = cells.rows(0, CELLS);
    const before = matrix.data.slice();
    const once = toLog1p(matrix, detectValues(cells));
    close(denseFromCsr(once), wanted);
    close(denseFromCsr(toLog1p(once, "log1p")), wanted);
    equal(matrix.data, before);
  }
});

Deno.test("toLog1p keeps empty cells empty and refuses scaled values", () => {
  const { data } = toLog1p(csrFromDense([0, 0, 3, 1], 2, 2), "counts", { targetSum: 4 });
  close(data, [[Math.log1p(3), Math.log1p(1)]]);
  throws(() => toLog1p(csrFromDense([1], 1, 1), "scaled"), oneLine("data", /Cannot normalise scaled values/));
});
