import type { GeneShare, TypeDetails } from "../protocol.ts";
import { count, h, percent, table, termLink } from "./dom.ts";

/** One type: what it is, and what speaks for it. */
export function detailsPanel(type: TypeDetails, onClose: () => void): HTMLElement {
  const rank = h("b", { class: "rank", "aria-hidden": "true" }, String(type.rank));
  rank.style.background = type.color;
  return h(
    "section",
    { class: "panel details", "aria-labelledby": "details-title" },
    h(
      "div",
      { class: "row" },
      h("h3", { id: "details-title", tabIndex: -1 }, rank, ` ${type.name}`),
      h("button", { type: "button", class: "quiet", onclick: onClose }, "Close"),
    ),
    h(
      "p",
      {},
      `${count(type.cells)} cells, ${percent(type.share, 1)} of the file. `,
      "Cell Ontology: ",
      termLink(type.id),
      ".",
    ),
    type.definition !== null && h("p", {}, type.definition),
    type.above.length > 0 && h("p", { class: "faint" }, `It is a kind of ${type.above.join(", ")}.`),
    type.synonyms.length > 0 && h("p", { class: "faint" }, `Also called ${type.synonyms.join(", ")}.`),
    h("h4", {}, "Why it was called"),
    h("p", {}, whyText(type)),
    h(
      "div",
      { class: "pair even" },
      genesTable("Known markers of the type that this file has", type.known),
      genesTable("Genes that mark its cells in this file", type.found),
    ),
    h("h4", {}, "Its surest cells"),
    table(
      "Cells by their names",
      ["cell", "confidence"],
      type.surest.map(({ cell, confidence }) => [cell, confidence.toFixed(2)]),
    ),
  );
}

/** A gene is expressed well where a quarter of the cells have it, and at least twice as many as of the others. */
const speaksForIt = ({ inside, outside }: GeneShare): boolean => inside >= 0.25 && inside >= 2 * outside;

function whyText({ known, next, confidence }: TypeDetails): string {
  const speaking = known.filter(speaksForIt);
  const markers = known.length === 0
    ? "No known marker of this type is among the genes of the file. "
    : `${speaking.length} of its ${known.length} known markers stand out in these cells. `;
  const others = next.map(({ name, probability }) => `${name} (${percent(probability)})`);
  const second = others.length > 0 ? `What they could be otherwise: ${others.join(", ")}.` : "";
  return `${markers}Its cells have a mean probability of ${percent(confidence)}. ${second}`;
}

function genesTable(caption: string, genes: readonly GeneShare[]): HTMLElement {
  if (genes.length === 0) return h("p", { class: "faint" }, `${caption}: none`);
  const rows = genes.map((
    { gene, inside, outside },
  ) => [h("i", {}, gene), percent(inside), percent(outside)]);
  return table(caption, ["gene", "of its cells", "of others"], rows);
}
