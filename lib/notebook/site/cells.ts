import hljs from "highlight.js/lib/core";
import typescript from "highlight.js/lib/languages/typescript";
import { Marked } from "marked";
import markedKatex from "marked-katex-extension";
import { escapeHtml } from "../../figures/mod.ts";
import type { Cell, CellOutput, CodeCell } from "../format.ts";

/** A heading of a page, for its table of contents. */
export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly anchor: string;
}

/** Renders the cells of one page and gathers its headings. */
export interface CellRenderer {
  /** @param seconds the cell took, when it ran. */
  render(cell: Cell, seconds?: number): string;
  readonly headings: readonly Heading[];
}

/** @param pages names of the notebooks that have a page here: others' links stay words. */
export function createCellRenderer(pages: ReadonlySet<string>): CellRenderer {
  const headings: Heading[] = [];
  const marked = new Marked({
    gfm: true,
    renderer: {
      // notebooks link to each other; here they are pages
      link({ href, tokens }) {
        const [, name, part = ""] = /^([\w-]+)\.ipynb(#.*)?$/.exec(href) ?? [];
        if (name === undefined) return false;
        const words = this.parser.parseInline(tokens);
        return pages.has(name) ? `<a href="${name}.html${part}">${words}</a>` : words;
      },
      heading({ depth, text, tokens }) {
        const anchor = free(slug(text), headings);
        headings.push({ level: depth, text: plain(text), anchor });
        return `<h${depth} id="${anchor}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
    },
  });
  // MathML is drawn by browsers themselves, with no style sheet and no fonts
  marked.use(markedKatex({ output: "mathml", throwOnError: false }));
  const markdown = (source: string) => marked.parse(joinFormulas(source), { async: false });
  return {
    headings,
    render: (cell, seconds) =>
      cell.cell_type === "code"
        ? codeCell(cell, { seconds, markdown })
        : `<section class="cell prose">${markdown(cell.source)}</section>`,
  };
}

/** The formula reader wants a formula on one line and a space before it; where the formatter breaks lines is chance. */
const joinFormulas = (source: string) =>
  source
    .replaceAll(/\$\$.*?\$\$|\$[^$`\n]+\n(?!\s*(?:[-*#>|]|\d+\.|\n))[^$`\n]+\$/gs, (formula) =>
      formula.startsWith("$$") ? formula : formula.replace(/\s*\n\s*/, " "))
    .replaceAll(/(\S)[ \t]*\n[ \t]*\$(?!\$)/g, "$1 $");

const plain = (markdown: string) => markdown.replaceAll(/[`*_]/g, "");
const slug = (text: string) =>
  text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-|-$/g, "");

/** Two headings of the same words are two places. */
function free(anchor: string, taken: readonly Heading[]): string {
  const names = new Set(taken.map((heading) => heading.anchor));
  let name = anchor;
  for (let n = 2; names.has(name); n++) name = `${anchor}-${n}`;
  return name;
}

interface Context {
  readonly seconds?: number;
  readonly markdown: (source: string) => string;
}

function codeCell(cell: CodeCell, { seconds, markdown }: Context): string {
  if (cell.source.trim() === "") return "";
  const clock = seconds !== undefined && seconds >= 1
    ? `<span class="clock">${seconds.toFixed(1)} s</span>`
    : "";
  const outputs = cell.outputs.map((output) => `<div class="output">${outputHtml(output, markdown)}</div>`);
  return `<section class="cell"><div class="code">${clock}<pre><code>${
    highlight(cell.source)
  }</code></pre></div>
${outputs.join("\n")}</section>`;
}

function highlight(source: string): string {
  if (!hljs.getLanguage("typescript")) hljs.registerLanguage("typescript", typescript);
  return hljs.highlight(source, { language: "typescript" }).value;
}

/** The richest form that a page without a kernel can show. */
export function outputHtml(output: CellOutput, markdown: (source: string) => string): string {
  const { output_type, text, ename, evalue } = output as Record<string, unknown>;
  if (output_type === "stream") return `<pre tabindex="0">${escapeHtml(joined(text))}</pre>`;
  if (output_type === "error") {
    return `<pre class="error" tabindex="0">${escapeHtml(`${ename}: ${evalue}`)}</pre>`;
  }
  const data = dataOf(output);
  const alt = escapeHtml(joined(data["text/plain"]));
  if (data["text/html"]) return joined(data["text/html"]);
  if (data["image/svg+xml"]) return `<img alt="${alt}" src="${svgUrl(joined(data["image/svg+xml"]))}">`;
  if (data["image/png"]) return `<img alt="${alt}" src="data:image/png;base64,${joined(data["image/png"])}">`;
  if (data["text/markdown"]) return markdown(joined(data["text/markdown"]));
  return `<pre tabindex="0">${escapeHtml(joined(data["text/plain"]))}</pre>`;
}

/** The media types of an output. */
export const dataOf = (output: CellOutput) => (output.data ?? {}) as Record<string, unknown>;

/** Notebooks hold text as one string or as lines. */
export const joined = (text: unknown): string => Array.isArray(text) ? text.join("") : String(text ?? "");

const svgUrl = (svg: string) => `data:image/svg+xml;base64,${new TextEncoder().encode(svg).toBase64()}`;
