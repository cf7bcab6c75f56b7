import { escapeHtml } from "../figures/mod.ts";
import { engineLine } from "../kernels/mod.ts";
import { show } from "./show.ts";

/** Header of a notebook, its first output: backend, versions and settings. */
export interface NotebookHeader {
  readonly data: {
    /** The data set's name, or names. */
    readonly name: string;
    /** False for simulated data, which the box states explicitly. */
    readonly real: boolean;
    readonly cells?: number;
    readonly genes?: number;
  };
  readonly preset: string;
  /** The result of `startBackend()`. */
  readonly backend: { readonly name: string; readonly why: string };
  readonly seed?: number;
  /** Versions to name beside Deno's. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** Shows the box that says what a notebook ran on: real or simulated data, preset, backend, versions. */
export function header(options: NotebookHeader): Promise<void> {
  const rows = headerRows(options);
  const label = options.data.real ? "real data" : "simulated data";
  const text = [label, ...rows.map((row) => row.join(": "))].join("\n");
  return show({ html: headerHtml(label, rows), text });
}

function headerRows({ data, preset, backend, seed, versions = {} }: NotebookHeader): [string, string][] {
  const size = [data.cells && `${count(data.cells)} cells`, data.genes && `${count(data.genes)} genes`];
  const all = { Deno: Deno.version.deno, V8: Deno.version.v8, ...versions };
  return [
    ["data", [data.name, ...size].filter(Boolean).join(", ")],
    ["preset", seed === undefined ? preset : `${preset}, seed ${seed}`],
    ["backend", engineLine(backend)],
    ["versions", Object.entries(all).map(([name, version]) => `${name} ${version}`).join(", ")],
  ];
}

const count = (n: number) => n.toLocaleString("en-US");

function headerHtml(label: "real data" | "simulated data", rows: [string, string][]): string {
  const color = label === "real data" ? "#009e73" : "#d55e00";
  const body = rows.map(([name, value]) =>
    `<div style="opacity:.65">${escapeHtml(name)}</div><div>${escapeHtml(value)}</div>`
  );
  return `<div style="border-left:4px solid ${color};padding:8px 14px;max-width:740px;font-size:13px;
background:color-mix(in srgb,currentColor 5%,transparent);border-radius:0 6px 6px 0">
<div style="font-weight:700;margin-bottom:4px">${label}</div>
<div style="display:grid;grid-template-columns:max-content 1fr;gap:2px 16px">${body.join("\n")}</div></div>`;
}
