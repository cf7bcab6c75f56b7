import { meanOfRows } from "./changes.ts";
import type { Learner } from "./learner.ts";

/** Nothing changes. */
export const noChange: Learner = {
  settings: [{}],
  prepare: () => ({ cols }) => () => new Float32Array(cols),
};

/** Every perturbation does what those of training do on average. */
export const meanChange: Learner = {
  settings: [{}],
  prepare: () => (changes) => {
    const mean = meanOfRows(changes);
    return () => mean;
  },
};

/**
 * A pair does what its two genes do alone, summed; a gene whose single is not in training counts as the mean of the singles that
 * are. A single of an unseen gene is that mean.
 */
export const additive: Learner = {
  settings: [{}],
  prepare: ({ conditions }) => {
    const keyOf = (gene: string, context: string) => `${gene} in ${context}`;
    const singles = conditions.flatMap(({ perturbed, control }, row) =>
      perturbed.length === 1 ? [{ row, key: keyOf(perturbed[0], control.context) }] : []
    );
    const rowOf = new Map(singles.map(({ row, key }) => [key, row]));
    return (changes) => {
      const { data, cols } = changes;
      const mean = meanOfRows(changes, singles.length > 0 ? singles.map(({ row }) => row) : undefined);
      return (_, { perturbed, control }) => {
        const parts = perturbed.map((gene) => {
          const row = rowOf.get(keyOf(gene, control.context));
          return row === undefined ? mean : data.subarray(row * cols, (row + 1) * cols);
        });
        return parts.reduce(
          (sum, part) => sum.map((value, gene) => value + part[gene]),
          new Float32Array(cols),
        );
      };
    };
  },
};
