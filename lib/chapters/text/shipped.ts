import { join } from "node:path";
import pl from "nodejs-polars";
import type { Result } from "../../metrics/mod.ts";
import { checkpointsDir } from "../../runtime/mod.ts";
import type { TextScores } from "../../text/mod.ts";

/** How the shipped text encoder was scored when it was made, beside trainings with parts of its loss left out. */
export interface ShippedText {
  /** Scores by method, in words; "shipped" comes first. */
  readonly methods: Readonly<Record<string, TextScores>>;
  /** What was held out. */
  readonly split: string;
}

/** Reads metrics.json of the shipped text encoder. */
export async function shippedText(): Promise<ShippedText> {
  const path = join(checkpointsDir(), "text-walkthrough", "metrics.json");
  const { metrics, baselines, split }: {
    metrics: TextScores;
    baselines: Record<string, TextScores>;
    split: Result["split"];
  } = JSON.parse(await Deno.readTextFile(path));
  const others = Object.entries(baselines).map(([name, scores]) => [name.replaceAll("_", " "), scores]);
  return { methods: { shipped: metrics, ...Object.fromEntries(others) }, split };
}

/** Scores of text encoders as a table, one row a method. */
export function textScoreTable(methods: Readonly<Record<string, TextScores>>): pl.DataFrame {
  const rows = Object.entries(methods);
  const column = (score: keyof TextScores) => rows.map(([, scores]) => Number(scores[score].toFixed(3)));
  return pl.DataFrame({
    method: rows.map(([method]) => method),
    "agreement with the graph": column("spearman"),
    "parent (MRR)": column("is_a_mrr"),
    "parent in the top 10": column("is_a_hits_at_10"),
    "synonym (accuracy)": column("synonym_accuracy"),
    "synonym (MRR)": column("synonym_mrr"),
  });
}
