import assert from "node:assert/strict";
import { Frame, valuesOf } from "../../lib/matrix/mod.ts";

const type = { codes: Int32Array.of(1, 0, -1), categories: ["B", "T"], ordered: false };
const frame = new Frame(["a", "b", "c"], {
  type,
  area: Float32Array.of(1.5, 2.5, 3.5),
  note: ["x", null, "z"],
  isKept: [true, false, null],
});

Deno.test("Frame gives columns as they are stored and their values with categories by name", () => {
  assert.deepEqual(frame.columns, ["type", "area", "note", "isKept"]);
  assert.equal(frame.length, 3);
  assert.equal(frame.column("type"), type);
  assert.deepEqual(frame.values("type"), ["T", "B", null]);
  assert.deepEqual(frame.values("area"), [1.5, 2.5, 3.5]);
  assert.throws(() => frame.values("size"), /Cannot read column "size": the frame has type, area, note/);
});

Deno.test("Frame.rows takes rows in any order, more than once, of every type", () => {
  const taken = frame.rows([2, 0, 0, 1]);
  assert.deepEqual(taken.index, ["c", "a", "a", "b"]);
  assert.deepEqual(taken.column("type"), { ...type, codes: Int32Array.of(-1, 1, 1, 0) });
  assert.deepEqual(taken.column("area"), Float32Array.of(3.5, 1.5, 1.5, 2.5));
  assert.deepEqual(taken.values("note"), ["z", "x", "x", null]);
  assert.deepEqual(taken.values("isKept"), [null, true, true, false]);
});

Deno.test("Frame refuses a column of another length", () => {
  assert.throws(() => new Frame(["a"], { area: [1, 2] }), /column "area" has 2 values for 1 rows/);
});

Deno.test("Frame is built from the pairs of another one; of two of one name the later counts", () => {
  const grown = new Frame(frame.index, [...frame, ["note", ["p", "q", "r"]], ["rank", [3, 1, 2]]]);
  assert.deepEqual(grown.columns, [...frame.columns, "rank"]);
  assert.deepEqual(grown.values("note"), ["p", "q", "r"]);
});

Deno.test("valuesOf is null where a code points at no category", () => {
  assert.deepEqual(valuesOf({ codes: Int32Array.of(0, 5), categories: ["B"], ordered: true }), ["B", null]);
});
