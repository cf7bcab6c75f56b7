import { styleOf } from "./svg_style.ts";

const ELEMENT = 1;
const TEXT = 3;

/** Writes a picture in one way, whatever document it was drawn in: attributes and styles by name. */
export function serializeSvg(node: Node): string {
  if (node.nodeType === TEXT) return escapeText(node.nodeValue ?? "");
  if (node.nodeType !== ELEMENT) return "";
  const element = node as Element;
  const attributes = [...element.attributes].map(({ name, value }) =>
    [name, name === "style" ? styleText(element) : value] as const
  ).filter(([name, value]) => name !== "style" || value !== "").sort(([a], [b]) => a < b ? -1 : 1);
  const head = [element.localName, ...attributes.map(([name, value]) => `${name}="${escapeValue(value)}"`)]
    .join(" ");
  const inside = Array.from(element.childNodes, serializeSvg).join("");
  return inside === "" ? `<${head}/>` : `<${head}>${inside}</${element.localName}>`;
}

const styleText = (element: Element): string =>
  [...styleOf(element)].sort(([a], [b]) => a < b ? -1 : 1).map(([name, value]) => `${name}: ${value};`).join(
    " ",
  );

const escapeText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const escapeValue = (text: string): string => escapeText(text).replaceAll('"', "&quot;");
