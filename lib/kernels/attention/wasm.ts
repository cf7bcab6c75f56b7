import { registerWasm } from "../wasm/register.ts";
import { ATTENTION, ATTENTION_GRADIENT } from "./op.ts";

registerWasm(ATTENTION, (engine, { q, k, v, lengths }) => {
  const [rows, heads, length, width] = q.shape;
  const out = engine.output(q.shape);
  const at = engine.pointer;
  engine.scratch(4 * length * length, (scratch) => {
    // deno-fmt-ignore
    engine.run.attentionForward(
      rows, heads, length, width, at(q), at(k), at(v), at(lengths), at(out), scratch,
    );
  });
  return out;
});

registerWasm(ATTENTION_GRADIENT, (engine, { q, k, v, lengths, dy }) => {
  const [rows, heads, length, width] = q.shape;
  const gradients = [q, k, v].map((tensor) => engine.output(tensor.shape));
  const [dq, dk, dv] = gradients.map(engine.pointer);
  const at = engine.pointer;
  engine.scratch(8 * length * length, (scratch) => {
    // deno-fmt-ignore
    engine.run.attentionBackward(
      rows, heads, length, width, at(q), at(k), at(v), at(lengths), at(dy), dq, dk, dv, scratch,
    );
  });
  return gradients;
});
