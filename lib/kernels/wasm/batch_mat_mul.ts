import * as tf from "../../tensor/mod.ts";
import { sizeOf } from "./engine.ts";
import { registerWasm } from "./register.ts";

/** Stands in for tfjs-wasm's own kernel, so that every tf.matMul profits. */
const BATCH_MAT_MUL = "BatchMatMul";

interface Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

registerWasm<Attributes>(BATCH_MAT_MUL, (engine, { a, b }, { transposeA, transposeB }) => {
  const [rowsA, columnsA] = a.shape.slice(-2);
  const [rowsB, columnsB] = b.shape.slice(-2);
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [depth, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (k !== depth || a.dtype !== "float32" || b.dtype !== "float32") {
    throw new TypeError(
      `Cannot run matMul: ${a.dtype} [${a.shape}] and ${b.dtype} [${b.shape}] do not fit ` +
        `(transposeA ${transposeA}, transposeB ${transposeB}); float32 with equal inner sizes expected`,
    );
  }
  const leading = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const out = engine.output([...leading, m, n]);
  const at = engine.pointer;
  const fromA = blocks(a.shape, leading);
  const fromB = blocks(b.shape, leading);
  for (let i = 0; i < sizeOf(leading); i++) {
    // deno-fmt-ignore
    engine.run.gemm(
      Number(transposeA), Number(transposeB), m, n, k,
      at(a) + 4 * fromA(i), columnsA, at(b) + 4 * fromB(i), columnsB, 0, at(out) + 4 * i * m * n, n,
    );
  }
  return out;
});

/** Offset of the matrix that meets block i of the broadcast leading axes. */
function blocks(shape: number[], leading: number[]): (i: number) => number {
  const own = shape.slice(0, -2);
  const size = sizeOf(shape.slice(-2));
  const missing = leading.length - own.length;
  return (i) => {
    let block = 0;
    let stride = 1;
    for (let axis = leading.length - 1; axis >= missing; axis--) {
      const index = i % leading[axis];
      i = Math.floor(i / leading[axis]);
      if (own[axis - missing] > 1) block += index * stride;
      stride *= own[axis - missing];
    }
    return block * size;
  };
}
