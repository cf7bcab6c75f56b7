import { createProgress, type ProgressBar } from "./progress.ts";

/** One bar after the other, one for each step of a task; a step is known by its name. */
export function progressByStep() {
  const bars = new Map<string, ProgressBar>();
  return {
    update(step: string, done: number, total: number) {
      const bar = bars.get(step) ?? createProgress(step, total);
      bars.set(step, bar);
      bar.update(done);
      if (done === total) bar.finish();
    },
  };
}
