import * as tf from "../tensor/mod.ts";
import { type FeatureTable, principalComponents, type Scaling, standardise } from "../baselines/mod.ts";
import type { Rng } from "../runtime/mod.ts";

const COMPONENTS = 30;
/** Standard deviations at which a value is cut: one molecule of a rare gene is no direction of its own. */
const CUT = 10;

/** Fits the leading principal components of scaled features, and answers with the map of any rows to them. */
export function fitPrincipalSpace(
  table: FeatureTable,
  { scaling, rng }: { scaling: Scaling; rng: Rng },
): (rows: FeatureTable) => FeatureTable {
  const prepare = (rows: FeatureTable) => cut(standardise(rows, scaling));
  const scaled = prepare(table);
  const scores = principalComponents(scaled, { components: COMPONENTS, rng });
  const loadings = loadingsOf(scaled, scores);
  return (rows) => product(prepare(rows), loadings);
}

const cut = ({ features, ...size }: FeatureTable): FeatureTable => ({
  ...size,
  features: features.map((value) => Math.max(-CUT, Math.min(CUT, value))),
});

/** V of the scores S = X V of centred rows: X' S / ||s||^2, column by column. Centring X changes nothing, for S sums to zero. */
function loadingsOf(x: FeatureTable, scores: FeatureTable): FeatureTable {
  const features = tf.tidy(() => {
    const s = tf.tensor2d(scores.features, [scores.rows, scores.cols]);
    const lengths = tf.maximum(tf.sum(tf.square(s), 0), 1e-12);
    return tf.div(tf.matMul(tf.tensor2d(x.features, [x.rows, x.cols]), s, true), lengths).dataSync<
      "float32"
    >();
  });
  return { features, rows: x.cols, cols: scores.cols };
}

function product(x: FeatureTable, loadings: FeatureTable): FeatureTable {
  const features = tf.tidy(() =>
    tf.matMul(
      tf.tensor2d(x.features, [x.rows, x.cols]),
      tf.tensor2d(loadings.features, [loadings.rows, loadings.cols]),
    ).dataSync<"float32">()
  );
  return { features, rows: x.rows, cols: loadings.cols };
}
