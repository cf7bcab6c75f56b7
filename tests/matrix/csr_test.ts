import { deepStrictEqual as equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  canonical,
  csrFromDense,
  csrFromTriplets,
  denseColumns,
  gatherRows,
  moveColumns,
  pickRows,
  selectColumns,
  sliceRows,
  stackRows,
  transpose,
} from "../../lib/matrix/mod.ts";
import { denseFromCsr } from "./dense.ts";

/** A small dense matrix with many zeros. */
const matrices = fc.tuple(fc.nat({ max: 5 }), fc.integer({ min: 1, max: 5 })).chain(([rows, cols]) =>
  fc.array(fc.constantFrom(0, 0, 1, 2, -3), { minLength: rows * cols, maxLength: rows * cols })
    .map((values) => ({ rows, cols, values: Float32Array.from(values) }))
);

Deno.test("csrFromDense and denseFromCsr are inverse, and slices are rows", () => {
  fc.assert(fc.property(matrices, fc.nat(), ({ rows, cols, values }, cut) => {
    const csr = csrFromDense(values, rows, cols);
    equal(denseFromCsr(csr), values);
    const middle = rows === 0 ? 0 : cut % (rows + 1);
    equal(denseFromCsr(sliceRows(csr, middle, rows)), values.slice(middle * cols));
  }));
});

Deno.test("transpose twice is the matrix itself", () => {
  fc.assert(fc.property(matrices, ({ rows, cols, values }) => {
    const csr = csrFromDense(values, rows, cols);
    const turned = denseFromCsr(transpose(csr));
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < cols; c++) equal(turned[c * rows + r], values[r * cols + c]);
    }
    equal(transpose(transpose(csr)), csr);
  }));
});

Deno.test("csrFromTriplets sums repeats and sorts columns", () => {
  const triplets = {
    rows: Int32Array.of(2, 0, 2, 0),
    cols: Int32Array.of(1, 2, 1, 0),
    values: Float32Array.of(1, 2, 3, 4),
  };
  const csr = csrFromTriplets(triplets, { rows: 4, cols: 3 });
  equal(denseFromCsr(csr), Float32Array.of(4, 0, 2, 0, 0, 0, 0, 4, 0, 0, 0, 0));
  equal(csr.indptr, Int32Array.of(0, 2, 2, 3, 3));
});

Deno.test("selectColumns keeps the listed columns in order", () => {
  fc.assert(fc.property(matrices, ({ rows, cols, values }) => {
    const keep = Int32Array.from(Array.from({ length: cols }, (_, c) => c).filter((c) => c % 2 === 0));
    const picked = denseFromCsr(selectColumns(csrFromDense(values, rows, cols), keep));
    const wanted = Array.from({ length: rows }, (_, r) => Array.from(keep, (c) => values[r * cols + c]))
      .flat();
    equal(Array.from(picked), wanted);
  }));
});

Deno.test("denseColumns is the listed columns of the dense matrix, in any order", () => {
  fc.assert(fc.property(matrices, ({ rows, cols, values }) => {
    const keep = Array.from({ length: cols }, (_, c) => cols - 1 - c).filter((c) => c !== 1);
    const dense = denseColumns(csrFromDense(values, rows, cols), keep);
    equal([dense.rows, dense.cols], [rows, keep.length]);
    equal(
      [...dense.data],
      Array.from({ length: rows }, (_, r) => keep.map((c) => values[r * cols + c])).flat(),
    );
  }));
});

Deno.test("pickRows takes rows in any order, and stackRows of the slices is the matrix again", () => {
  fc.assert(fc.property(matrices, fc.nat(), ({ rows, cols, values }, cut) => {
    const csr = csrFromDense(values, rows, cols);
    const backwards = Array.from({ length: rows }, (_, r) => rows - 1 - r);
    const wanted = backwards.flatMap((r) => [...values.subarray(r * cols, (r + 1) * cols)]);
    equal([...denseFromCsr(pickRows(csr, backwards))], wanted);
    const middle = cut % (rows + 1);
    equal(stackRows([sliceRows(csr, 0, middle), sliceRows(csr, middle, rows)], cols), csr);
    const all = Array.from({ length: 2 * rows }, (_, i) => ({ matrix: csr, row: i % Math.max(1, rows) }));
    equal(gatherRows(all, cols), stackRows([csr, csr], cols));
  }));
});

Deno.test("moveColumns joins what goes to one place, in the order of a row, and leaves out -1", () => {
  const csr = csrFromDense([1, 2, 4, 8, 0, 3, 0, 5], 2, 4);
  const to = { placeOf: Int32Array.of(1, -1, 1, 0), cols: 3 };
  equal([...denseFromCsr(moveColumns(csr, to))], [8, 1, 0, 5, 0, 0]);
  equal([...denseFromCsr(moveColumns(csr, { ...to, join: (a, b) => 10 * a + b }))], [8, 14, 0, 5, 0, 0]);
});

Deno.test("canonical rejects a column outside the matrix", () => {
  const csr = {
    rows: 1,
    cols: 2,
    indptr: Int32Array.of(0, 1),
    indices: Int32Array.of(2),
    data: Float32Array.of(1),
  };
  throws(() => canonical(csr), /column index 2 is outside \[0, 2\)/);
});

Deno.test("canonical sorts columns, sums repeats and drops zeros, and leaves a clean matrix alone", () => {
  const csr = {
    rows: 3,
    cols: 4,
    indptr: Int32Array.of(0, 4, 6, 8),
    indices: Int32Array.of(2, 0, 2, 3, 1, 1, 0, 3),
    data: Float32Array.of(1, 5, 2, 0, 2, -2, 7, NaN),
  };
  const clean = canonical(csr);
  equal(clean, {
    rows: 3,
    cols: 4,
    indptr: Int32Array.of(0, 2, 2, 4),
    indices: Int32Array.of(0, 2, 0, 3),
    data: Float32Array.of(5, 3, 7, NaN),
  });
  ok(canonical(clean) === clean);
});
