import { escapeHtml } from "../../figures/mod.ts";
import { duration } from "../progress.ts";
import type { NotebookRun } from "../runner/run_notebook.ts";
import { createCellRenderer, type Heading } from "./cells.ts";
import { SEARCH_BOX } from "./search.ts";

/** A notebook as a chapter of the book. */
export interface Chapter {
  /** File name without extension: "01-cell-ontology". */
  readonly name: string;
  readonly title: string;
  readonly run: NotebookRun;
}

/** A page that is not finished loads itself anew, so that it fills up before the reader's eyes. */
const RELOAD = `<meta http-equiv="refresh" content="5">\n`;

/** The frame of every page: its title, its style, and the address of plotly.js. */
export function htmlPage(
  title: string,
  body: string,
  { reload = false }: { reload?: boolean } = {},
): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${reload ? RELOAD : ""}<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="assets/style.css">
<script>window.kcellfmPlotly = "assets/plotly.min.js";</script>
<script defer src="assets/search.js"></script>
</head>
<body>
${body}
</body>
</html>
`;
}

/** The cells of a chapter as HTML. */
export interface ChapterBody {
  readonly html: string;
  readonly headings: readonly Heading[];
}

/** @param pages names of all chapters of the site. */
export function chapterBody({ run }: Chapter, pages: ReadonlySet<string>): ChapterBody {
  const { render, headings } = createCellRenderer(pages);
  const seconds = [...run.cellSeconds];
  const cells = run.notebook.cells.map((cell) =>
    render(cell, cell.cell_type === "code" && cell.source.trim() !== "" ? seconds.shift() : undefined)
  );
  return { html: cells.join("\n"), headings };
}

/** The page of one chapter: contents at the side, cells and their outputs, the way to the next chapter. */
export function chapterPage(
  chapter: Chapter,
  { chapters, body }: { chapters: readonly Chapter[]; body: ChapterBody },
): string {
  return htmlPage(
    `${chapter.title} - KCellFM`,
    `<div class="book">${sideBar(chapter, chapters, body.headings)}
<main>
<p class="small faint">${statusBadge(chapter)} ${timeNote(chapter)}
<button onclick="document.body.classList.toggle('hide-code')">code on / off</button></p>
${failureNote(chapter)}
${body.html}
${pager(chapter, chapters)}
</main></div>`,
    { reload: chapter.run.state !== undefined },
  );
}

const timeNote = ({ name, run }: Chapter): string =>
  run.state
    ? "this page loads itself anew &middot;"
    : `ran in ${
      duration(run.seconds)
    } &middot; <a href="${name}.ipynb" download>notebook with outputs</a> &middot;`;

/** Badge with the state of a chapter, as a coloured word. */
export function statusBadge({ run }: Chapter): string {
  if (run.state) return `<span class="badge">${run.state === "runs" ? "runs now" : "waits"}</span>`;
  return run.failures.length === 0
    ? '<span class="badge good">ran through</span>'
    : '<span class="badge bad">failed</span>';
}

function failureNote({ run }: Chapter): string {
  const items = run.failures.map(({ cell, message }) => `<li>Cell ${cell}: ${escapeHtml(message)}</li>`);
  return items.length > 0 ? `<ul style="color:var(--bad)">${items.join("")}</ul>` : "";
}

function sideBar(here: Chapter, chapters: readonly Chapter[], headings: readonly Heading[]): string {
  const sections = headings.filter(({ level }) => level === 2).map(({ text, anchor }) =>
    `<li><a href="#${anchor}">${escapeHtml(text)}</a></li>`
  );
  const items = chapters.map((chapter) => {
    const link = `<a href="${chapter.name}.html">${escapeHtml(chapter.title)}</a>`;
    return chapter === here
      ? `<li class="here">${link}<ol style="margin:2px 0">${sections.join("")}</ol></li>`
      : `<li>${link}</li>`;
  });
  return `<nav class="side"><div><a class="home" href="index.html">KCellFM walkthrough</a>
${SEARCH_BOX}
<ol>${items.join("\n")}</ol></div></nav>`;
}

function pager(here: Chapter, chapters: readonly Chapter[]): string {
  const at = chapters.indexOf(here);
  const link = (chapter: Chapter | undefined, text: (title: string) => string) =>
    chapter ? `<a href="${chapter.name}.html">${text(escapeHtml(chapter.title))}</a>` : "<span></span>";
  return `<div class="pages">${link(chapters[at - 1], (title) => `&larr; ${title}`)}${
    link(chapters[at + 1], (title) => `${title} &rarr;`)
  }</div>`;
}
