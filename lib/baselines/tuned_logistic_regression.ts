import { holdOut, meanLogLoss, type ValidatedFitOptions } from "./held_out.ts";
import { encodeLabels } from "./labels.ts";
import { fitLogisticRegression, type LogisticRegression } from "./logistic_regression.ts";
import type { Table } from "../matrix/mod.ts";

/** Further options of the tuned regression. */
export interface TunedLogisticOptions extends ValidatedFitOptions {
  /** Inverse strengths of the penalty to choose from, ascending; default 1e-3 to 10 by tens. */
  readonly cs?: readonly number[];
}

/** A logistic regression and the penalty that was chosen for it. */
export interface TunedLogisticRegression extends LogisticRegression {
  readonly c: number;
}

/**
 * Logistic regression on standardised features, its penalty the one of least log-loss on held-out rows, then fitted to
 * all rows. Penalties are tried from the strongest on until the loss rises: it has one minimum in c, and the weak
 * ones take longest. With nothing held out, the weakest is taken.
 */
export function fitTunedLogisticRegression(
  table: Table,
  labels: readonly string[],
  options: TunedLogisticOptions,
): TunedLogisticRegression {
  encodeLabels(table, labels);
  const { seed, cs = [1e-3, 1e-2, 1e-1, 1, 10] } = options;
  const { fit, validation } = holdOut(table, labels, options);
  let [c, least] = [cs[cs.length - 1], Infinity];
  for (const candidate of validation.labels.length > 0 ? cs : []) {
    const model = fitLogisticRegression(fit.table, fit.labels, { seed, c: candidate });
    const loss = meanLogLoss(model.predict(validation.table), validation.labels);
    if (loss >= least) break;
    [c, least] = [candidate, loss];
  }
  return { ...fitLogisticRegression(table, labels, { seed, c }), c };
}
