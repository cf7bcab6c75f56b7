import * as tf from "../tensor/mod.ts";
import type { Rng } from "../runtime/mod.ts";
import {
  loadingsOf,
  principalComponents,
  type Scaling,
  standardise,
  type Table,
  tensorOf,
} from "../matrix/mod.ts";

const COMPONENTS = 30;
/** Standard deviations at which a value is cut: one molecule of a rare gene is no direction of its own. */
const CUT = 10;

/** Fits the leading principal components of scaled features, and answers with the map of any rows to them. */
export function fitPrincipalSpace(
  table: Table,
  { scaling, rng }: { scaling: Scaling; rng: Rng },
): (rows: Table) => Table {
  const prepare = (rows: Table) => cut(standardise(rows, scaling));
  const scaled = prepare(table);
  const scores = principalComponents(scaled, { components: COMPONENTS, rng });
  const loadings = loadingsOf(scaled, scores);
  return (rows) => product(prepare(rows), loadings);
}

const cut = (table: Table): Table => ({
  ...table,
  data: table.data.map((value) => Math.max(-CUT, Math.min(CUT, value))),
});

function product(x: Table, loadings: Table): Table {
  const data = tf.tidy(() => tf.matMul(tensorOf(x), tensorOf(loadings)).dataSync<"float32">());
  return { data, rows: x.rows, cols: loadings.cols };
}
