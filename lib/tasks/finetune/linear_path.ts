import { type FeatureTable, fitLogisticRegression, type LogisticRegression } from "../../baselines/mod.ts";
import { type LabelledRows, meanLogLoss, takeRows } from "../../baselines/held_out.ts";

/** Rows of a table to learn from and to choose by. */
export interface ValidatedTable {
  readonly table: FeatureTable;
  readonly labels: readonly string[];
  /** Rows of the table that settings are chosen by, ascending. */
  readonly validation: Int32Array;
}

/** The linear path of the head, before and after it may learn from the validation cells too. */
export interface LinearPath {
  /** Fitted to the training cells alone: its answers on the validation cells are honest. */
  readonly trained: LogisticRegression;
  /** Fitted to training and validation cells, for use. */
  readonly final: LogisticRegression;
  /** The chosen inverse penalty. */
  readonly c: number;
}

/** Inverse penalties that are tried, strongest first; log1p values are not scaled to unit variance. */
const STRENGTHS = [0.01, 0.03, 0.1, 0.3, 1, 3];

/**
 * A linear map from the log1p values of the genes to the classes, penalised by ||W||^2 / (2 C), with C of the least
 * log-loss on the validation cells. Genes keep their own spread: one scaled to unit variance would count as much for
 * its noise as a marker for its signal.
 */
export function fitLinearPath(
  { table, labels, validation }: ValidatedTable,
  { seed }: { seed: number },
): LinearPath {
  const held = new Set(validation);
  const rows = [...labels.keys()].filter((row) => !held.has(row));
  const part = (kept: ArrayLike<number>) => ({
    table: takeRows(table, kept),
    labels: Array.from(kept, (row) => labels[row]),
  });
  const [known, unseen] = [part(rows), part(validation)];
  const fit = (at: LabelledRows, c: number) =>
    fitLogisticRegression(at.table, at.labels, { seed, c, standardise: false });
  let best = { c: STRENGTHS[2], loss: Infinity, model: null as LogisticRegression | null };
  for (const c of validation.length > 0 ? STRENGTHS : []) {
    const model = fit(known, c);
    const loss = meanLogLoss(model.predict(unseen.table), unseen.labels);
    if (loss >= best.loss) break; // one minimum in C, and weak penalties take longest
    best = { c, loss, model };
  }
  const final = fit({ table, labels }, best.c);
  return { trained: best.model ?? final, final, c: best.c };
}
