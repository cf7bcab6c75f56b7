import { ok } from "node:assert/strict";
import { DARK, LIGHT, PALETTE } from "../../lib/figures/mod.ts";

type Triple = [number, number, number];

/** Linear-light RGB of a hex colour. */
function linear(hex: string): Triple {
  return [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Triple;
}

const times = (m: number[], [r, g, b]: Triple) =>
  [0, 3, 6].map((i) => Math.min(1, Math.max(0, m[i] * r + m[i + 1] * g + m[i + 2] * b))) as Triple;

/** Severe deficiency, Machado, Oliveira and Fernandes (2009), table of matrices. */
const VISIONS = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
};

/** Ottosson's OKLab (2020). */
function oklab([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function smallestDistance(colors: readonly string[], vision: number[]): number {
  const seen = colors.map((color) => oklab(times(vision, linear(color))));
  return Math.min(
    ...seen.flatMap((a, i) => seen.slice(0, i).map((b) => Math.hypot(...a.map((v, k) => v - b[k])))),
  );
}

for (const [name, vision] of Object.entries(VISIONS)) {
  Deno.test(`PALETTE keeps its colours apart under ${name} vision`, () => {
    // 0.02 in OKLab is about one just noticeable difference; the first 12 keep 3.5 of them, all 26 two and a half
    ok(smallestDistance(PALETTE.slice(0, 12), vision) > 0.07);
    ok(smallestDistance(PALETTE, vision) > 0.05);
  });
}

Deno.test("PALETTE can be seen on the page by day and by night", () => {
  const luminance = (hex: string) =>
    linear(hex).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a: number, b: number) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  for (const color of PALETTE) {
    // WCAG asks 3 of what must be told from the page alone; dots and bars have position and legend beside colour
    ok(contrast(luminance(color), luminance(LIGHT.page)) > 1.7, `${color} by day`);
    ok(contrast(luminance(color), luminance(DARK.page)) > 2, `${color} by night`);
  }
});

Deno.test("page colours give text a contrast of at least 4.5 (WCAG AA)", () => {
  const luminance = (hex: string) =>
    linear(hex).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  for (const { page, text, faint } of [LIGHT, DARK]) {
    for (const ink of [text, faint]) {
      const [high, low] = [luminance(ink), luminance(page)].sort((a, b) => b - a);
      ok((high + 0.05) / (low + 0.05) >= 4.5);
    }
  }
});
