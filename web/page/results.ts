import type { Answer, Download, TypeRow } from "../protocol.ts";
import { count, h, percent, table, termLink } from "./dom.ts";
import { barOf } from "./facts.ts";

export interface ResultOptions {
  readonly onType: (type: TypeRow) => void;
  readonly onDownload: (what: Download) => void;
}

/** What a person may save. */
const DOWNLOADS: readonly { readonly what: Download; readonly text: string; readonly about: string }[] = [
  { what: "table", text: "Table (.tsv)", about: "one line a cell" },
  { what: "report", text: "Report (.html)", about: "a page to send or print" },
  { what: "h5ad", text: "Annotated file (.h5ad)", about: "opens in Python, with everything that was in it" },
];

/** The whole answer, but for the map and the details of a type, which come into the places that it has for them. */
export function resultsPanel(answer: Answer, options: ResultOptions): HTMLElement {
  return h(
    "section",
    { class: "results", "aria-labelledby": "results-title" },
    h("h2", { id: "results-title", tabIndex: -1 }, `Cell types of ${answer.name}`),
    h(
      "p",
      { class: "faint" },
      `${count(answer.cells)} cells, ${answer.how}, in ${answer.seconds.toFixed(0)} s`,
    ),
    downloads(options),
    h("dl", { class: "cards" }, ...answer.cards.map(card)),
    checks(answer.checks),
    h(
      "div",
      { class: "pair" },
      h(
        "figure",
        { class: "panel map-panel" },
        h("figcaption", {}, "Every point is a cell; near cells are alike"),
        h("div", { id: "map", class: "map" }, h("p", { class: "faint" }, "The map is being drawn ...")),
      ),
      typeList(answer, options),
    ),
    h("div", { id: "details" }),
    sure(answer),
    markers(answer),
  );
}

const downloads = ({ onDownload }: ResultOptions): HTMLElement =>
  h(
    "div",
    { class: "downloads", role: "group", "aria-label": "Save the answer" },
    ...DOWNLOADS.map(({ what, text, about }) =>
      h("button", {
        type: "button",
        class: what === "table" ? "button" : "quiet",
        title: about,
        "data-download": what,
        onclick: () => onDownload(what),
      }, text)
    ),
  );

const card = ({ label, value, about }: Answer["cards"][number]): HTMLElement =>
  h("div", {}, h("dt", {}, label), h("dd", {}, value, h("small", {}, about)));

function checks(points: readonly string[]): HTMLElement {
  if (points.length === 0) {
    return h(
      "div",
      { class: "panel fine" },
      h("p", {}, "Nothing stands out: genes, values and confidences look as they should."),
    );
  }
  return h(
    "div",
    { class: "panel check" },
    h("h3", {}, "Points to check"),
    h("ul", {}, ...points.map((point) => h("li", {}, point))),
  );
}

function typeList({ types }: Answer, { onType }: ResultOptions): HTMLElement {
  const largest = types[0]?.share ?? 1;
  const item = (type: TypeRow) => {
    const rank = h("b", { class: "rank", "aria-hidden": "true" }, String(type.rank));
    rank.style.background = type.color;
    const numbers = `${percent(type.share, 1)}, ${count(type.cells)} cells, confidence ${
      type.confidence.toFixed(2)
    }`;
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: "type",
          "data-type": type.index,
          "aria-pressed": "false",
          onclick: () => onType(type),
        },
        rank,
        h("span", { class: "name" }, type.name, barOf(type.share, largest, type.color)),
        h("span", { class: "n" }, percent(type.share, 1), h("small", {}, count(type.cells))),
        h("span", { class: "visually-hidden" }, numbers),
      ),
    );
  };
  return h(
    "div",
    { class: "panel types-panel" },
    h("h3", {}, "Which cells are there"),
    h("p", { class: "faint" }, "Choose a type to see its cells and what speaks for it."),
    h("ol", { class: "types" }, ...types.map(item)),
  );
}

const KINDS = { "as called": "a type", "rolled up": "a broader term", unknown: "unlike all types" } as const;

const sure = ({ sure, cells }: Answer): HTMLElement =>
  h(
    "section",
    { class: "panel sure" },
    h("h3", {}, "Where the answer has to be sure"),
    h(
      "p",
      { class: "faint" },
      "A cell torn between two kinds of T cell is called a T cell; a cell that resembles none is unknown.",
    ),
    table(
      `What ${count(cells)} cells are surely`,
      ["answer", "term", "which is", "cells", "share"],
      sure.map((
        { name, id, kind, cells, share },
      ) => [name, termLink(id), KINDS[kind], count(cells), percent(share, 1)]),
    ),
  );

function markers({ markers }: Answer): HTMLElement | null {
  if (markers.length === 0) return null;
  return h(
    "section",
    { class: "panel" },
    h("h3", {}, "What marks the types here"),
    h(
      "p",
      { class: "faint" },
      "Genes that a type's cells express at least twice as much as the others of this file.",
    ),
    table(
      "Markers of each type, best first",
      ["type", "genes"],
      markers.map(({ name, genes }) => [name, h("i", {}, genes.join(", "))]),
    ),
  );
}
