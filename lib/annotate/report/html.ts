import { escapeHtml } from "../../figures/mod.ts";

/** A static picture inside the page. */
export function pictureHtml(svg: string, alt: string): string {
  const bytes = new TextEncoder().encode(svg).toBase64();
  return `<img alt="${escapeHtml(alt)}" src="data:image/svg+xml;base64,${bytes}">`;
}

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
export const count = (value: number): string => value.toLocaleString("en-US");

/** A link to the term in EBI's Ontology Lookup Service; plain text where there is no id. */
export function termLink(id: string): string {
  if (!/^CL:\d+$/.test(id)) return id ? escapeHtml(id) : "—";
  const url = `https://www.ebi.ac.uk/ols4/ontologies/cl/classes?obo_id=${encodeURIComponent(id)}`;
  return `<a href="${url}">${id}</a>`;
}
