import { addScores } from "./gradients.ts";
import { sumShared } from "./shared.ts";
import type { BatchGradients, Reducer, Scores } from "./types.ts";
import type { Workers } from "./workers.ts";

/**
 * A reducer that gives each worker a part of the batch and keeps the first one here. Gradients are summed in the
 * order of the threads, so that the same number of workers always gives the same numbers.
 *
 * @param split at most `parts` parts of a batch, whose losses sum to that of the whole
 */
export function workersReducer<Batch>(
  workers: Workers,
  split: (batch: Batch, parts: number) => Batch[],
): Reducer<Batch> {
  return {
    async reduce(batch, { place, own }): Promise<BatchGradients> {
      const [first, ...rest] = split(batch, workers.count);
      workers.publish();
      const asked = rest.map((part, i) =>
        workers.threads[i].ask({ kind: "gradients", part, place }) as Promise<Scores>
      );
      const here = own(first);
      const there = await Promise.all(asked).catch((error) => {
        here.gradients.forEach((gradient) => gradient.dispose());
        throw error;
      });
      return {
        gradients: sumShared(here.gradients, workers.gradients.slice(0, rest.length)),
        scores: there.reduce(addScores, here.scores),
      };
    },
  };
}

/**
 * Maps items in their order: each round one is worked on here and one by each worker, so that at most `workers.count`
 * are in memory. Without workers all of them are worked on here.
 *
 * @param options.job the replica's job that does the same as `own`
 */
export async function* mapShared<Input, Output>(
  items: Iterable<Input>,
  { workers, job, own }: { workers: Workers | null; job: string; own: (item: Input) => Output },
): AsyncGenerator<Output> {
  const iterator = items[Symbol.iterator]();
  for (let first = iterator.next(); !first.done; first = iterator.next()) {
    const asked: Promise<Output>[] = [];
    for (const thread of workers?.threads ?? []) {
      const next = iterator.next();
      if (next.done) break;
      asked.push(thread.ask({ kind: "job", job, input: next.value }) as Promise<Output>);
    }
    yield own(first.value);
    yield* await Promise.all(asked);
  }
}
