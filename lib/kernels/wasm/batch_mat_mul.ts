import * as tf from "../../tensor/mod.ts";
import { sizeOf, type WasmEngine } from "./engine.ts";
import { multiply, type Product, productBlocks } from "./products.ts";
import { registerWasm } from "./register.ts";

/** Stands in for tfjs-wasm's own kernel, so that every tf.matMul profits. */
const BATCH_MAT_MUL = "BatchMatMul";

interface Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

registerWasm<Attributes>(BATCH_MAT_MUL, (engine, { a, b }, { transposeA, transposeB }) => {
  const [rowsA, lda] = a.shape.slice(-2);
  const [rowsB, ldb] = b.shape.slice(-2);
  const [m, k] = transposeA ? [lda, rowsA] : [rowsA, lda];
  const [depth, n] = transposeB ? [ldb, rowsB] : [rowsB, ldb];
  if (k !== depth || a.dtype !== "float32" || b.dtype !== "float32") {
    throw new TypeError(
      `Cannot run matMul: ${a.dtype} [${a.shape}] and ${b.dtype} [${b.shape}] do not fit ` +
        `(transposeA ${transposeA}, transposeB ${transposeB}); float32 with equal inner sizes expected`,
    );
  }
  const leading = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const out = engine.output([...leading, m, n]);
  const transposed = { transposeA: Number(transposeA), transposeB: Number(transposeB) };
  const product = { ...transposed, m, n, k, lda, ldb };
  const [at, bt, c] = [a, b, out].map(engine.pointer);
  if (sizeOf(leading) === 1) multiply(engine, { ...product, a: at, b: bt, c });
  else multiplyBatch(engine, { ...product, a: at, b: bt, c, leading, shapes: [a.shape, b.shape] });
  return out;
});

interface Batch extends Product {
  readonly leading: readonly number[];
  readonly shapes: readonly [number[], number[]];
}

function multiplyBatch(engine: WasmEngine, batch: Batch): void {
  const { transposeA, transposeB, m, n, k, a, lda, b, ldb, c, leading, shapes } = batch;
  const count = sizeOf(leading);
  const [strideA, strideB] = shapes.map((shape) => strideOf(shape, leading));
  if (strideA !== null && strideB !== null) {
    const work = ["gemmBatch", transposeA, transposeB, m, n, k, a, strideA, lda, b, strideB, ldb, c] as const;
    const blocks = Math.min(count, productBlocks(Infinity, count * m * n * k));
    return engine.share({ work, rows: count, blocks });
  }
  const [fromA, fromB] = shapes.map((shape) => blockAt(shape, leading));
  for (let i = 0; i < count; i++) {
    multiply(engine, { ...batch, a: a + 4 * fromA(i), b: b + 4 * fromB(i), c: c + 4 * i * m * n });
  }
}

/** Numbers between the matrices that meet neighbouring ones of the result; null where broadcasting breaks the rhythm. */
function strideOf(shape: number[], leading: readonly number[]): number | null {
  const own = sizeOf(shape.slice(0, -2));
  if (own === 1) return 0;
  return own === sizeOf(leading) ? sizeOf(shape.slice(-2)) : null;
}

/** Offset of the matrix that meets block i of the broadcast leading axes. */
function blockAt(shape: number[], leading: readonly number[]): (i: number) => number {
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
