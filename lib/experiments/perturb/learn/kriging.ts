import { inverse, Matrix } from "ml-matrix";
import type { PerturbationTarget } from "../set.ts";
import type { Learner, Setting } from "./learner.ts";
import { dot, rowAt, type Table } from "../../../matrix/mod.ts";

/** Parts of the kernel of two perturbations, in units of the noise of a condition. */
interface KernelParts {
  /** All perturbations have something in common, */
  readonly common: number;
  /** those of genes that are described alike more, */
  readonly similar: number;
  /** and the same gene most. */
  readonly same: number;
}

const COMMON = [0.1, 1, 10];
const SIMILAR = [0.3, 1, 3, 10];
const SAME = [0, 1, 10];

/**
 * A linear model of changes (kriging, a Gaussian process): a perturbed gene has an effect on each gene, the effects of several
 * add up, and those of two genes a, b covary as `common + similar <v_a, v_b> + same [a = b]`, with v their descriptors. A gene
 * that was never perturbed changes what genes like it do, and what all do; nothing perturbed changes nothing.
 */
export const kriging: Learner = {
  settings: COMMON.flatMap((common) =>
    SIMILAR.flatMap((similar) => SAME.map((same) => ({ common, similar, same })))
  ),
  prepare({ conditions, rows }) {
    const parts = conditions.map((a, i) => conditions.map((b, j) => partsOf(a, b, dot(rows[i], rows[j]))));
    const inverseOf = memoised((setting: Setting) => {
      const kernel = new Matrix(parts.map((row) => row.map((entry) => weigh(entry, setting))));
      return inverse(Matrix.add(kernel, Matrix.eye(kernel.rows)));
    });
    return (changes, setting) => {
      const weights = inverseOf(setting); // the same at every power of the changes
      const targets = new Matrix(rowsOf(changes));
      return (own, target) => {
        const row = conditions.map((other, i) => weigh(partsOf(target, other, dot(own, rows[i])), setting));
        return Float32Array.from(new Matrix([row]).mmul(weights).mmul(targets).getRow(0));
      };
    };
  },
};

type Perturbed = Pick<PerturbationTarget, "perturbed">;

/** Sums over the pairs of perturbed genes of two conditions; descriptors are sums over genes already. */
const partsOf = (a: Perturbed, b: Perturbed, similar: number): KernelParts => ({
  common: a.perturbed.length * b.perturbed.length,
  similar,
  same: a.perturbed.filter((gene) => b.perturbed.includes(gene)).length,
});

const weigh = (parts: KernelParts, weights: Readonly<Record<string, number>>): number =>
  parts.common * weights.common + parts.similar * weights.similar + parts.same * weights.same;

const rowsOf = (table: Table): number[][] =>
  Array.from({ length: table.rows }, (_, row) => Array.from(rowAt(table, row)));

function memoised<Value>(make: (setting: Setting) => Value): (setting: Setting) => Value {
  const made = new Map<Setting, Value>();
  return (setting) => {
    const known = made.get(setting) ?? make(setting);
    made.set(setting, known);
    return known;
  };
}
