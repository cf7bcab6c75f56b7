import { ok } from "node:assert/strict";
import fc from "fast-check";
import { memorySource } from "../../lib/data/mod.ts";
import { ASKABLE_VALUES, detectValues, readLog1p } from "../../lib/genes/mod.ts";
import { csrFromDense } from "../../lib/matrix/mod.ts";
import { KcellfmError } from "../../lib/runtime/mod.ts";

/** Numbers that matrices hold, and numbers that they should not. */
const number = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 30 }) },
  { weight: 2, arbitrary: fc.float({ min: 0, max: 25, noNaN: true }) },
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(NaN, Infinity, -Infinity, 3.4e38, 1e-45, -0, 1e-38, 88.7, 709.8, -1e-7),
);
const change = fc.constantFrom<(x: number, row: number, column: number) => number>(
  (x) => x,
  (x) => Math.log1p(x),
  (x) => Math.log2(x + 1),
  (x) => Math.sqrt(x),
  (x, row) => x * (row + 1) / 7,
  (x, _, column) => x / (column + 0.3),
  (x) => x - 1.5,
  (x, row) => row % 2 ? Math.log1p(Math.log1p(x)) : x,
  (x) => 2 ** x - 1,
  (x, row) => row % 4 ? Math.log1p(Math.log1p(x)) : 1.3 * Math.log1p(x),
);

Deno.test("detectValues of any matrix is an answer without NaN or one line, told what values are or not", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 30 }),
      fc.infiniteStream(number),
      change,
      fc.option(fc.constantFrom(...ASKABLE_VALUES), { nil: undefined }),
      (rows, cols, stream, f, expect) => {
        const drawn = Array.from({ length: rows * cols }, () => stream.next().value as number);
        const dense = Float32Array.from(drawn, (x, at) => f(x, Math.floor(at / cols), at % cols));
        const source = memorySource({
          name: "any",
          matrix: csrFromDense(dense, rows, cols),
          obsNames: Array.from({ length: rows }, (_, i) => `c${i}`),
          varNames: Array.from({ length: cols }, (_, i) => `g${i}`),
        });
        try {
          const found = detectValues(source, { expect });
          if (found.kind === "scaled") return;
          const { data } = readLog1p(source, found, { start: 0, end: rows });
          ok(data.every((value) => value >= 0 && value < 100), `${found.evidence}: ${[...data]}`);
        } catch (error) {
          ok(error instanceof KcellfmError && !error.message.includes("\n"), String(error));
        }
      },
    ),
    { numRuns: 3000, seed: 42 },
  );
});
