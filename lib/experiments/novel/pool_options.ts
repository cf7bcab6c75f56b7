import type { NovelTraining } from "./experiment.ts";
import type { Fold } from "./folds.ts";
import type { Keep } from "./kept.ts";

export interface PoolOptions {
  readonly preset: string;
  readonly seed: number;
  readonly backend: string;
  readonly training?: Partial<NovelTraining>;
  /** Hold out these branches only, by the names of their roots; default each in turn. */
  readonly branches?: readonly string[];
  /** Keep finished folds; default: they are not kept. */
  readonly keep?: Keep;
  readonly onFold?: (fold: Fold, done: number, of: number) => void;
}
