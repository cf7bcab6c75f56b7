import assert from "node:assert/strict";

type Numbers = number | ArrayLike<number>;

/** |actual - expected| may be `absolute` + `relative` |expected|; a number is absolute. */
export type Tolerance = number | { readonly absolute?: number; readonly relative?: number };

/** Fails at the first number that is not near the expected one, or where there are not equally many. */
export function assertClose(actual: Numbers, expected: Numbers, tolerance: Tolerance, what = ""): void {
  const [found, wanted] = [actual, expected].map((it) => typeof it === "number" ? [it] : it);
  assert.equal(found.length, wanted.length, `${what}: how many numbers`);
  const { absolute = 0, relative = 0 } = typeof tolerance === "number" ? { absolute: tolerance } : tolerance;
  for (let i = 0; i < wanted.length; i++) {
    const isNear = Math.abs(found[i] - wanted[i]) <= absolute + relative * Math.abs(wanted[i]);
    assert.ok(isNear, `${what}[${i}]: ${found[i]} is not ${wanted[i]}`);
  }
}
