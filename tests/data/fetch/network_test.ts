import assert from "node:assert/strict";
import { drawNetwork, type Interaction } from "../../../lib/simulate/mod.ts";
import { jaccard } from "../../../lib/ontology/mod.ts";
import { createRng } from "../../../lib/runtime/mod.ts";

const network = drawNetwork({}, createRng(1));
const names = network.regulators.map(({ gene }) => gene);
const control = network.shares([]);

/** log fold change of each gene that belongs to a program and that no regulator targets by itself. */
function change(lost: readonly string[]): Float32Array {
  const shares = network.shares(lost);
  return Float32Array.from(
    network.genes,
    (_, g) => network.program[g] < 0 ? 0 : Math.log(shares[g] / control[g]),
  );
}

const size = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** Mean over pairs of one kind of |pair| / |a + b|. */
function excess(kind: Interaction): number {
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b]))
    .filter(([a, b]) => network.interaction(a, b) === kind);
  assert.ok(pairs.length > 10, `${kind}: ${pairs.length} pairs`);
  const ratios = pairs.map(([a, b]) => {
    const [one, two] = [change([a]), change([b])];
    return size(change([a, b])) / size(one.map((value, g) => value + two[g]));
  });
  return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
}

Deno.test("drawNetwork gives shares that sum to one, and a lost gene keeps a fifth of itself", () => {
  assert.ok(Math.abs(control.reduce((sum, share) => sum + share, 0) - 1) < 1e-5);
  const [gene] = names;
  const rest = network.genes.findIndex((_, g) => network.program[g] < 0 && g > names.length + 200);
  const ratio = (g: number) => network.shares([gene])[g] / control[g];
  assert.ok(Math.abs(ratio(network.genes.indexOf(gene)) / ratio(rest) - 0.2) < 0.01);
});

Deno.test("pairs of pathways do what they are called: more than the sum, the sum, or less", () => {
  assert.ok(excess("synergy") > 1.15, `${excess("synergy")}`);
  assert.ok(Math.abs(excess("additive") - 1) < 0.1, `${excess("additive")}`); // the shares sum to one, which bends logs a little
  for (const kind of ["suppression", "masking", "saturation"] as const) {
    assert.ok(excess(kind) < 0.9, `${kind} ${excess(kind)}`);
  }
});

Deno.test("regulators of one pathway share terms, others hardly", () => {
  const similarity = (own: boolean) => {
    const values = names.flatMap((a, i) =>
      names.slice(i + 1).filter((b) => (network.interaction(a, b) === "saturation") === own)
        .map((b) => jaccard(network.terms.get(a) ?? new Set(), network.terms.get(b) ?? new Set()))
    );
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  assert.ok(similarity(true) > 0.15 && similarity(false) < 0.05, `${similarity(true)} ${similarity(false)}`);
});

Deno.test("drawNetwork is the same for a seed and another for another", () => {
  assert.deepEqual(drawNetwork({}, createRng(1)).shares(["SIMR001"]), network.shares(["SIMR001"]));
  assert.notDeepEqual(drawNetwork({}, createRng(2)).shares(["SIMR001"]), network.shares(["SIMR001"]));
});
