import * as tf from "../../tensor/mod.ts";
import { columnSums } from "../webgpu/column_sums.ts";
import { registerWebgpu } from "../webgpu/register.ts";
import { GLOBAL_NORM } from "./op.ts";

/** Numbers of a tensor that are summed side by side. */
const WIDTH = 64;

registerWebgpu(GLOBAL_NORM, (inputs) => {
  const squares = Object.values(inputs).map((x) =>
    columnSums({
      name: "kcfSquares",
      inputs: { x },
      rows: Math.ceil(x.size / WIDTH),
      width: WIDTH,
      integers: { entries: x.size },
      head: `fn square(at : i32) -> f32 {
        if (at >= uniforms.entries) { return 0.0; }
        return x[at] * x[at];
      }`,
      value: "square(row * uniforms.width + column)",
    })
  );
  return tf.sqrt(tf.sum(tf.stack(squares)));
});
