import { basename } from "node:path";
import { duration } from "../notebook/mod.ts";

/**
 * On a terminal, one line that says which chapters run, at which cell and for how long, and how many have ended; a log
 * gets only the lines of whole notebooks.
 */
export function startClock(total: number) {
  const isTerminal = Deno.stdout.isTerminal();
  const running = new Map<string, { cell: string; since: number }>();
  let done = 0;
  const start = performance.now();
  const write = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(`\r\x1b[2K${text}`));
  const draw = () => {
    const now = performance.now();
    const chapters = [...running].map(([path, { cell, since }]) =>
      `${basename(path, ".ipynb")} ${cell}, ${((now - since) / 1000).toFixed(0)} s`
    );
    const left = done > 0 ? `, about ${duration((now - start) / 1000 / done * (total - done))} left` : "";
    write(`       ${done} of ${total}${left}: ${chapters.join("; ")}`);
  };
  const timer = isTerminal ? setInterval(draw, 1000) : undefined;
  return {
    start: (path: string) => running.set(path, { cell: "starting", since: performance.now() }),
    cell: (path: string, cell: number, of: number) =>
      running.set(path, {
        cell: `cell ${cell}/${of}`,
        since: running.get(path)?.since ?? performance.now(),
      }),
    end(path: string, line: string) {
      running.delete(path);
      done++;
      if (isTerminal) write("");
      console.log(line);
    },
    stop() {
      clearInterval(timer);
      if (isTerminal) write("");
    },
  };
}
