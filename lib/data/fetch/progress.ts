/** Progress of a download. */
export interface DownloadProgress {
  readonly name: string;
  readonly receivedBytes: number;
  /** Null when neither the registry nor the server says. */
  readonly totalBytes: number | null;
  /** Over the last few seconds. */
  readonly bytesPerSecond: number;
  /** Null when the total is not known or nothing moves. */
  readonly secondsLeft: number | null;
}

/** Turns a running byte count into progress reports, at most ten a second. */
export interface ProgressMeter {
  /** The download now holds `receivedBytes` of `totalBytes`. */
  update(receivedBytes: number, totalBytes: number | null): void;
}

const REPORT_MS = 100;
const WINDOW_MS = 5000;

/** A meter that reports to `onProgress`; `now` is the clock in ms. */
export function createMeter(
  name: string,
  onProgress: (progress: DownloadProgress) => void,
  now: () => number = () => performance.now(),
): ProgressMeter {
  const samples: { at: number; bytes: number }[] = [];
  let reported = -Infinity;
  return {
    update(receivedBytes, totalBytes) {
      const at = now();
      if (at - reported < REPORT_MS && receivedBytes !== totalBytes) return;
      reported = at;
      if (samples.length > 0 && receivedBytes < samples[samples.length - 1].bytes) samples.length = 0;
      samples.push({ at, bytes: receivedBytes });
      while (samples[0].at < at - WINDOW_MS) samples.shift();
      const bytesPerSecond = rate(samples[0], { at, bytes: receivedBytes });
      const left = totalBytes === null || bytesPerSecond === 0
        ? null
        : (totalBytes - receivedBytes) / bytesPerSecond;
      onProgress({ name, receivedBytes, totalBytes, bytesPerSecond, secondsLeft: left });
    },
  };
}

function rate(from: { at: number; bytes: number }, to: { at: number; bytes: number }): number {
  return to.at > from.at ? 1000 * (to.bytes - from.bytes) / (to.at - from.at) : 0;
}
