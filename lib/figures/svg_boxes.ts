import { styleOf } from "./svg_style.ts";
import { textWidth } from "./text_width.ts";

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

type Matrix = readonly [number, number, number, number, number, number];

const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];
const ASCENT = 0.93;
const LINE = 1.2;

/**
 * The box of an SVG element in its own coordinates, from its texts and rectangles (what plotly.js measures);
 * null when it has none.
 */
export function localBox(element: Element): Box | null {
  if (element.localName === "text") return textBox(element);
  if (element.localName === "rect") return rectBox(element);
  let union: Box | null = null;
  for (const child of element.children) {
    union = unite(union, transformed(localBox(child), transformOf(child)));
  }
  return union;
}

/** {@linkcode localBox} after the transforms of the element and of all it is in. */
export function pageBox(element: Element): Box | null {
  let box = localBox(element);
  for (let at: Element | null = element; at && at.localName !== "svg"; at = at.parentElement) {
    box = transformed(box, transformOf(at));
  }
  return box;
}

function textBox(text: Element): Box | null {
  if (!text.textContent) return null;
  const size = fontSize(text);
  const lines = [...text.querySelectorAll("tspan.line")];
  const rows = (lines.length > 0 ? lines : [text]).map((line) => line.textContent ?? "");
  const bold = text.querySelector("[style*='bold']") !== null ||
    /bold/.test(text.getAttribute("style") ?? "");
  const width = Math.max(...rows.map((row) => textWidth(row, { size, bold })));
  const left = numberOf(text, "x") - width * ANCHOR[anchorOf(text)];
  const top = numberOf(text, "y") - size * ASCENT;
  return { left, top, right: left + width, bottom: top + size * (LINE + 1.3 * (rows.length - 1)) };
}

const ANCHOR: Record<string, number> = { start: 0, middle: 0.5, end: 1 };
const anchorOf = (text: Element) =>
  text.getAttribute("text-anchor") ?? styleOf(text).get("text-anchor") ?? "start";

function rectBox(rect: Element): Box {
  const left = numberOf(rect, "x"), top = numberOf(rect, "y");
  return { left, top, right: left + numberOf(rect, "width"), bottom: top + numberOf(rect, "height") };
}

const numberOf = (element: Element, name: string) => Number(element.getAttribute(name) ?? 0) || 0;

function fontSize(element: Element): number {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const size = parseFloat(styleOf(at).get("font-size") ?? "");
    if (size > 0) return size;
  }
  return 12;
}

function unite(a: Box | null, b: Box | null): Box | null {
  if (!a || !b) return a ?? b;
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

function transformed(box: Box | null, [a, b, c, d, e, f]: Matrix): Box | null {
  if (!box) return null;
  const { left, top, right, bottom } = box;
  const corners = [[left, top], [right, top], [left, bottom], [right, bottom]];
  const xs = corners.map(([x, y]) => a * x + c * y + e);
  const ys = corners.map(([x, y]) => b * x + d * y + f);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

function transformOf(element: Element): Matrix {
  const steps = (element.getAttribute("transform") ?? "").matchAll(/(\w+)\(([^)]*)\)/g);
  let matrix = IDENTITY;
  for (const [, name, list] of steps) matrix = times(matrix, step(name, list.split(/[ ,]+/).map(Number)));
  return matrix;
}

function step(name: string, [a, b = 0, c = 0]: number[]): Matrix {
  if (name === "translate") return [1, 0, 0, 1, a, b];
  if (name === "scale") return [a, 0, 0, b || a, 0, 0];
  if (name !== "rotate") return IDENTITY;
  const cos = Math.cos(a * Math.PI / 180), sin = Math.sin(a * Math.PI / 180);
  return [cos, sin, -sin, cos, b - b * cos + c * sin, c - b * sin - c * cos];
}

const times = (m: Matrix, n: Matrix): Matrix => [
  m[0] * n[0] + m[2] * n[1],
  m[1] * n[0] + m[3] * n[1],
  m[0] * n[2] + m[2] * n[3],
  m[1] * n[2] + m[3] * n[3],
  m[0] * n[4] + m[2] * n[5] + m[4],
  m[1] * n[4] + m[3] * n[5] + m[5],
];
