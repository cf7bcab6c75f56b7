import { type IntegrationScores, type Result, resultOf } from "../../metrics/mod.ts";
import type { Ontology } from "../../ontology/mod.ts";
import { versions } from "../../runtime/mod.ts";
import type { AtlasState } from "./state.ts";
import { subtypeRule, type Tally, tallyMetrics } from "./tally.ts";

/** scTab's macro-F1 on its own test cells, under the same rule (Fischer et al. 2024): other cells, so context only. */
const PUBLISHED = {
  ontology_macro_f1: 0.846,
  source: "scTab ensemble on its own 3.45 M test cells, not these",
} as const;

/** A finished run of an atlas. */
export interface AtlasFigures {
  readonly set: string;
  readonly preset: string;
  readonly seed: number;
  readonly backend: string;
  readonly state: AtlasState;
  readonly ontology: Ontology;
  /** The split into training and test cells, in words. */
  readonly split: string;
  /** All labelled cells; null where no shard has labels. */
  readonly tally: Tally | null;
  /** Other methods, and the model itself as `same_cells`, on the shards of which they were asked. */
  readonly others?: Readonly<Record<string, Tally>>;
  /** By the name of the embedding; "kcellfm" is the model's. */
  readonly embeddings?: Readonly<Record<string, IntegrationScores>>;
}

/**
 * The result file of an atlas run. Seconds, cells_per_second and peak_mb are those of naming cells from shards (training and
 * baselines apart); reading_share is the share of that time that went into opening shards and reading their rows.
 */
export function atlasResult(figures: AtlasFigures): Result {
  const { set, preset, seed, backend, state, ontology, tally, others = {}, embeddings = {}, split } = figures;
  const shards = Object.values(state.done);
  const total = (of: (shard: typeof shards[number]) => number) =>
    shards.reduce((sum, shard) => sum + of(shard), 0);
  const [cells, seconds] = [total((it) => it.cells), total((it) => it.seconds)];
  const rule = subtypeRule(ontology);
  const { kcellfm, ...rivals } = embeddings;
  return resultOf({
    task: "atlas",
    set,
    split,
    preset,
    seed,
    backend,
    data: {
      real: shards.every(({ real }) => real),
      cells,
      genes: Math.max(...shards.map(({ genes }) => genes)),
      shards: shards.length,
      labelled_cells: total((it) => it.labelled),
      first_shard_mb: shards[0].rss_mb,
      last_shard_mb: shards[shards.length - 1].rss_mb,
      named_by: state.made_by.by,
      checkpoint_sha256: state.made_by.model,
    },
    metrics: {
      ...(tally && tallyMetrics(tally, rule)),
      ...kcellfm,
      reading_share: total((it) => it.reading_seconds) / seconds,
    },
    baselines: {
      ...Object.fromEntries(Object.entries(others).map(([name, it]) => [name, tallyMetrics(it, rule)])),
      ...Object.fromEntries(Object.entries(rivals).map(([name, scores]) => [name, { ...scores }])),
    },
    published: PUBLISHED,
    facts: {
      seconds,
      cells_per_second: cells / seconds,
      peak_mb: Math.max(...shards.map(({ peak_mb }) => peak_mb)),
      versions: versions(),
    },
  });
}
