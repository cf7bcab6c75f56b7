import { peakMemoryMb, versions } from "../runtime/mod.ts";

/** Facts of a run that every result states. */
export interface RunFacts {
  readonly seconds: number;
  readonly cells_per_second: number;
  readonly peak_mb: number;
  readonly versions: Record<string, string>;
}

/** Starts the clock of a run; call the answer with the number of cells when it is done. */
export function startRun(): (cells: number) => RunFacts {
  const started = performance.now();
  return (cells) => {
    const seconds = (performance.now() - started) / 1000;
    return {
      seconds,
      cells_per_second: cells / seconds,
      peak_mb: peakMemoryMb(),
      versions: versions(),
    };
  };
}
