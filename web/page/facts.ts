import type { FileFacts, QuickAnswer } from "../protocol.ts";
import { count, h, percent } from "./dom.ts";

const KINDS: Readonly<Record<string, string>> = {
  counts: "counts",
  size_normalised: "counts scaled to one total a cell",
  log1p: "log-normalised counts",
};

/** What was read, and how it was understood. */
export function factsPanel(title: string, facts: FileFacts): HTMLElement {
  const values = KINDS[facts.values] ?? facts.values;
  const rows: [string, string][] = [
    ["File", facts.name],
    ["Cells", `${count(facts.cells)} cells, ${count(facts.genes)} genes`],
    ["Values", `${values} (${facts.valuesEvidence})`],
    ["Genes", facts.overlap],
    ["Memory", `about ${facts.memory} while it runs`],
  ];
  return h(
    "section",
    { class: "panel facts-panel" },
    h("h2", {}, title),
    h("dl", { class: "facts" }, ...rows.flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)])),
    facts.notes.length > 0 && h("ul", { class: "notes" }, ...facts.notes.map((note) => h("li", {}, note))),
  );
}

const SHOWN = 6;

/** The first answer, from some of the cells. */
export function quickPanel({ cells, total, types }: QuickAnswer): HTMLElement {
  const shown = types.slice(0, SHOWN);
  const rest = types.length - shown.length;
  return h(
    "section",
    { class: "panel quick" },
    h("h2", {}, "A first impression"),
    h(
      "p",
      { class: "faint" },
      `From ${count(cells)} of the ${count(total)} cells; all of them follow.`,
    ),
    h(
      "ol",
      { class: "bars" },
      ...shown.map(({ name, share }) =>
        h(
          "li",
          {},
          h("span", { class: "name" }, name),
          h("span", { class: "n" }, percent(share)),
          barOf(share, shown[0].share),
        )
      ),
    ),
    rest > 0 && h("p", { class: "faint" }, `and ${rest} more`),
  );
}

/** A bar as long as its share of the largest. */
export function barOf(share: number, largest: number, color?: string): HTMLElement {
  const bar = h("span", { class: "bar", "aria-hidden": "true" });
  bar.style.width = `${100 * share / largest}%`;
  if (color) bar.style.background = color;
  return bar;
}
