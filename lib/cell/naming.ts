import { takeRows } from "../matrix/mod.ts";
import type { TypeVectors } from "../text/mod.ts";

/** Only the named types, in the order asked for; ids without a vector are left out. */
export function selectTypes(types: TypeVectors, ids: readonly string[]): TypeVectors {
  const row = new Map(types.ids.map((id, i) => [id, i]));
  const rows = ids.flatMap((id) => row.get(id) ?? []);
  return {
    ids: rows.map((i) => types.ids[i]),
    names: rows.map((i) => types.names[i]),
    ...takeRows(types, rows),
  };
}

/**
 * The temperature at which `softmax(similarity / T)` gives the true types the highest likelihood, by golden-section
 * search of log T in [0.005, 5].
 *
 * @param similarities `[cells, types]`
 * @param truth column of each cell's true type; cells with -1 are left out
 */
export function fitTemperature(similarities: Float32Array, truth: Int32Array): number {
  const loss = (logT: number) => negativeLogLikelihood(similarities, truth, Math.exp(logT));
  let [low, high] = [Math.log(0.005), Math.log(5)];
  const golden = (Math.sqrt(5) - 1) / 2;
  while (high - low > 1e-3) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}

function negativeLogLikelihood(similarities: Float32Array, truth: Int32Array, temperature: number): number {
  const types = similarities.length / truth.length;
  let loss = 0;
  truth.forEach((type, row) => {
    if (type < 0) return;
    const logits = similarities.subarray(row * types, (row + 1) * types).map((s) => s / temperature);
    const max = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - max), 0);
    loss += Math.log(sum) + max - logits[type];
  });
  return loss;
}
