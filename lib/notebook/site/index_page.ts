import { escapeHtml } from "../../figures/mod.ts";
import { duration } from "../progress.ts";
import { dataOf, joined } from "./cells.ts";
import { type Chapter, htmlPage, statusBadge } from "./page.ts";
import { SEARCH_BOX } from "./search.ts";
import { resultsSection, type ResultsTable } from "./results_table.ts";

/** Contents of the index beside the chapters. */
export interface IndexFacts {
  readonly preset: string;
  readonly seconds: number;
  readonly tables: readonly ResultsTable[];
}

/** The first page: how the run went, a card for each chapter with its first figure, the table of results. */
export function indexPage(chapters: readonly Chapter[], { preset, seconds, tables }: IndexFacts): string {
  const open = chapters.filter(({ run }) => run.state !== undefined).length;
  const failed = chapters.filter(({ run }) => run.failures.length > 0).length;
  const state = open > 0
    ? `<span class="badge">${chapters.length - open} of ${chapters.length} notebooks have run</span>`
    : failed === 0
    ? `<span class="badge good">all ${chapters.length} notebooks ran through</span>`
    : `<span class="badge bad">${failed} of ${chapters.length} notebooks failed</span>`;
  return htmlPage(
    "KCellFM walkthrough",
    `<main class="wide">
<h1>KCellFM walkthrough</h1>
<p class="faint">A single-cell foundation model guided by the Cell Ontology, from the ontology's graph to your own
cells, in notebooks that ran on this machine.</p>
<p>${state} <span class="faint small">&nbsp; preset ${escapeHtml(preset)}, ${duration(seconds)} in all,
Deno ${Deno.version.deno} on ${Deno.build.os} ${Deno.build.arch}</span></p>
${SEARCH_BOX}
<div class="cards">${chapters.map(card).join("\n")}</div>
${resultsSection(tables)}
</main>`,
    { reload: open > 0 },
  );
}

function card(chapter: Chapter): string {
  const { name, title, run } = chapter;
  const picture = coverPicture(chapter) === null
    ? ""
    : `<img loading="lazy" alt="" src="assets/${name}.svg">`;
  const failure = run.failures[0];
  const words = failure ? `cell ${failure.cell}: ${failure.message}` : firstSentence(chapter);
  return `<a class="card" href="${name}.html"><div class="picture">${picture}</div>
<div class="words"><h2>${escapeHtml(title)}</h2><p>${escapeHtml(words)}</p>
<p style="margin-top:8px">${statusBadge(chapter)} ${
    run.state ? "" : `&nbsp;${duration(run.seconds)}`
  }</p></div></a>`;
}

/** The static picture of the cell tagged "cover", else of a chapter's first figure. */
export function coverPicture({ run }: Chapter): string | null {
  const cells = run.notebook.cells.filter((cell) => cell.cell_type === "code");
  const tagged = cells.filter(({ metadata }) =>
    Array.isArray(metadata.tags) && metadata.tags.includes("cover")
  );
  const outputs = [...tagged, ...cells].flatMap((cell) => cell.outputs);
  const svg = outputs.map((output) => dataOf(output)["image/svg+xml"]).find(Boolean);
  return svg ? joined(svg) : null;
}

/** First sentence of the first cell after its title. */
function firstSentence({ run }: Chapter): string {
  const first = run.notebook.cells.find((cell) => cell.cell_type === "markdown")?.source ?? "";
  const text = first.replace(/^#.*$/m, "").replaceAll(/[`*_#>]|\[([^\]]*)\]\([^)]*\)/g, "$1").trim();
  return text.split(/\n\n|(?<=\.)\s/)[0] ?? "";
}
