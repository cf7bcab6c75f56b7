import * as tf from "lib/tensor/mod.ts";
import assert from "node:assert/strict";
import { dropout } from "../../lib/kernels/mod.ts";
import { dropoutReference } from "../../lib/kernels/dropout/reference.ts";
import "./backends.ts";

/** Values, with -0 as 0: the reference multiplies dropped entries by 0. */
const data = async (t: tf.Tensor) => [...await t.data()].map((v) => v + 0);

Deno.test("dropout equals its reference bit by bit, gradient too", async () => {
  for (const [size, rate, from] of [[1, 0.5, 0], [7, 0.1, 3], [1027, 0.3, 2 ** 31 - 5], [4096, 0.9, 1]]) {
    const x = tf.randomNormal([size]);
    const options = { rate, seed: size, from };
    assert.deepEqual(await data(dropout(x, options)), await data(dropoutReference(x, options)));
    const [ours, theirs] = [dropout, dropoutReference].map((run) =>
      tf.grad((t) => tf.sum(tf.square(run(t, options))))(x)
    );
    assert.deepEqual(await data(ours), await data(theirs));
  }
});

Deno.test("dropout drops its share, differently by seed and independently by position", async () => {
  const n = 200_000;
  const ones = tf.ones([n]);
  const dropped = async (seed: number) =>
    (await data(dropout(ones, { rate: 0.1, seed }))).map((v) => Number(v === 0));
  const [first, second] = await Promise.all([1, 2].map(dropped));
  const share = (bits: number[]) => bits.reduce((sum, bit) => sum + bit, 0) / n;
  // the standard deviation of a share of 0.1 among 200,000 is 0.0007, of one of 0.01 it is 0.0002
  assert.ok(Math.abs(share(first) - 0.1) < 0.003);
  assert.ok(Math.abs(share(first.map((bit, i) => bit * second[i])) - 0.01) < 0.001, "two seeds");
  assert.ok(Math.abs(share(first.map((bit, i) => bit * (first[i + 1] ?? 0))) - 0.01) < 0.001, "neighbours");
});

Deno.test("dropout of a part is the part of the dropout of the whole", async () => {
  const whole = tf.randomNormal([6, 5]);
  const part = tf.slice(whole, [2, 0], [3, 5]);
  const options = { rate: 0.4, seed: 9 };
  const expected = tf.slice(dropout(whole, options), [2, 0], [3, 5]);
  assert.deepEqual(await data(dropout(part, { ...options, from: 10 })), await data(expected));
});
