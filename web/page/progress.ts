import type { Progress } from "../protocol.ts";
import { count, h } from "./dom.ts";

/** A bar with the rate and the time left, and a button that cancels. */
export interface ProgressBar {
  readonly element: HTMLElement;
  update(progress: Progress): void;
  /** Says what is under way where nobody counts. */
  say(what: string): void;
  hide(): void;
}

/** Rates are taken over the last seconds, and over some reports at least: workers report their blocks at nearly the same time. */
const WINDOW_MS = 8000;
const LEAST_REPORTS = 9;
/** A rate over less time means nothing. */
const LEAST_MS = 1000;

export function progressBar(onCancel: () => void): ProgressBar {
  const what = h("p", { class: "what" });
  const bar = h("progress", { max: 1, "aria-label": "progress" });
  const detail = h("p", { class: "faint detail" });
  const cancel = h("button", { type: "button", class: "quiet", onclick: onCancel }, "Cancel");
  const element = h(
    "section",
    { class: "progress", hidden: true },
    what,
    h("div", { class: "row" }, bar, cancel),
    detail,
  );
  let seen: { at: number; done: number }[] = [];
  let current = "";

  function begin(name: string) {
    if (current !== name) seen = [];
    current = name;
    element.hidden = false;
    what.textContent = name;
  }

  return {
    element,
    say(name) {
      begin(name);
      bar.removeAttribute("value");
      detail.textContent = "";
    },
    update({ what: name, done, total, unit }) {
      begin(name);
      const at = performance.now();
      if (seen.length > 0 && done < seen[seen.length - 1].done) seen = [];
      seen.push({ at, done });
      while (seen.length > LEAST_REPORTS && seen[0].at < at - WINDOW_MS) seen.shift();
      bar.value = done / Math.max(1, total);
      detail.textContent = detailOf(seen, { done, total, unit });
    },
    hide() {
      element.hidden = true;
      current = "";
    },
  };
}

function detailOf(
  seen: readonly { at: number; done: number }[],
  { done, total, unit }: Pick<Progress, "done" | "total" | "unit">,
): string {
  const amount = unit === "cells"
    ? `${count(done)} of ${count(total)} cells`
    : `${(done / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`;
  const [first, last] = [seen[0], seen[seen.length - 1]];
  const rate = last.at - first.at > LEAST_MS ? 1000 * (last.done - first.done) / (last.at - first.at) : 0;
  if (rate <= 0 || done >= total) return amount;
  const speed = unit === "cells" ? `, ${rate.toFixed(0)} cells a second` : "";
  return `${amount}${speed}, ${timeLeft((total - done) / rate)} left`;
}

function timeLeft(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
