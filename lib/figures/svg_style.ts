/** The declarations of an element's style attribute, however its document writes them; empty ones are left out. */
export function styleOf(element: Element): Map<string, string> {
  const declarations = (element.getAttribute("style") ?? "").split(/;(?![^(]*\))/).map((text) => {
    const colon = text.indexOf(":");
    return [text.slice(0, colon).trim(), plain(text.slice(colon + 1).trim())] as const;
  });
  return new Map(declarations.filter(([name, value]) => name !== "" && value !== ""));
}

/** Quotes in addresses, and what plotly.js has in their place while it writes. */
const QUOTED = /url\((?:['"]|TOBESTRIPPED)*(.*?)(?:['"]|TOBESTRIPPED)*\)/g;

/** One way to write a value: numbers to six digits, a space after commas, no unit behind 0, no quotes in addresses. */
const plain = (value: string): string =>
  value.replaceAll(/\d+\.\d{6,}/g, (number) => String(Number(Number(number).toPrecision(6))))
    .replaceAll(/,\s*/g, ", ")
    .replaceAll(QUOTED, "url($1)")
    .replaceAll(/(?<![\d.])0px/g, "0");
