import type { Plain } from "./helpers.ts";

/** What the slow twin of the scan needs; x `[B, L, H, P]` and so on, as in lib/kernels/ssd-scan. */
export interface ScanCase {
  readonly inputs: Record<"x" | "dt" | "a" | "b" | "c" | "d", Plain>;
  readonly lengths: number[];
  readonly reverse: boolean;
}

/** The recurrence of Mamba-2 word for word, in float64: one state, one position, one head at a time. */
export function naiveScan({ inputs, lengths, reverse }: ScanCase): Float64Array {
  const { x, dt, a, b, c, d } = inputs;
  const [batch, length, heads, width] = x.shape;
  const states = b.shape[2];
  const y = new Float64Array(batch * length * heads * width);
  for (let row = 0; row < batch; row++) {
    const n = lengths[row];
    const order = Array.from({ length: n }, (_, t) => reverse ? n - 1 - t : t);
    for (let h = 0; h < heads; h++) {
      const state = new Float64Array(width * states);
      for (const t of order) {
        const at = row * length + t;
        const step = dt.values[at * heads + h];
        const decay = Math.exp(step * a.values[h]);
        for (let p = 0; p < width; p++) {
          const i = (at * heads + h) * width + p;
          let sum = d.values[h] * x.values[i];
          for (let s = 0; s < states; s++) {
            const k = p * states + s;
            state[k] = decay * state[k] + step * x.values[i] * b.values[at * states + s];
            sum += c.values[at * states + s] * state[k];
          }
          y[i] = sum;
        }
      }
    }
  }
  return y;
}

/** The depthwise convolution and SiLU word for word; x `[B, L, C]`, weight `[C, K]`, bias `[C]`. */
export function naiveConv(
  inputs: Record<"x" | "weight" | "bias", Plain>,
  { lengths, reverse }: { lengths: number[]; reverse: boolean },
): Float64Array {
  const { x, weight, bias } = inputs;
  const [batch, length, channels] = x.shape;
  const taps = weight.shape[1];
  const y = new Float64Array(batch * length * channels);
  for (let row = 0; row < batch; row++) {
    for (let t = 0; t < lengths[row]; t++) {
      for (let c = 0; c < channels; c++) {
        let sum = bias.values[c];
        for (let k = 0; k < taps; k++) {
          const from = reverse ? t + taps - 1 - k : t - taps + 1 + k;
          if (from < 0 || from >= lengths[row]) continue;
          sum += weight.values[c * taps + k] * x.values[(row * length + from) * channels + c];
        }
        y[(row * length + t) * channels + c] = sum / (1 + Math.exp(-sum));
      }
    }
  }
  return y;
}

/** Central differences of `sum(run(inputs) * probe)` in float64 at a handful of entries of each input. */
export function centralDifferences(
  inputs: Plain[],
  { run, probe, entries }: { run: (inputs: Plain[]) => Float64Array; probe: Plain; entries: number[][] },
): number[][] {
  const step = 1e-4;
  const score = (leaf: number, entry: number, shift: number): number => {
    const moved = inputs.map((input, i) => {
      if (i !== leaf) return input;
      const values = Float64Array.from(input.values);
      values[entry] += shift;
      return { shape: input.shape, values };
    });
    return run(moved).reduce((sum, value, i) => sum + value * probe.values[i], 0);
  };
  return entries.map((chosen, leaf) =>
    chosen.map((entry) => (score(leaf, entry, step) - score(leaf, entry, -step)) / (2 * step))
  );
}
