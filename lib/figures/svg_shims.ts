import type { PlotlyWindow } from "../runtime/mod.ts";
import { type Box, localBox, pageBox } from "./svg_boxes.ts";
import { serializeSvg } from "./svg_serializer.ts";
import { createHeatmapCanvas, type HeatmapCanvas } from "./svg_canvas.ts";

/** Gives a window without a screen the geometry that plotly.js asks of a browser: sizes of texts, boxes, a canvas. */
export function shimGeometry(window: PlotlyWindow): void {
  window.URL.createObjectURL = () => "";
  window.XMLSerializer = class {
    serializeToString = serializeSvg;
  };
  // jsdom's own animation frames run on an interval that would keep the process alive
  window.requestAnimationFrame = (callback) => window.setTimeout(() => callback(0), 0);
  define(window.Element.prototype, "getBoundingClientRect", function () {
    return rectangle(pageBox(this));
  });
  define(window.SVGElement.prototype, "getBBox", function () {
    return rectangle(localBox(this));
  });
  define(window.SVGElement.prototype, "getComputedTextLength", function () {
    return rectangle(localBox(this)).width;
  });
  shimCanvas(window);
}

function shimCanvas(window: PlotlyWindow): void {
  const drawn = new WeakMap<Element, HeatmapCanvas>();
  define(window.HTMLCanvasElement.prototype, "getContext", function (kind) {
    if (kind !== "2d") return null;
    const size = (name: string) => Number(this.getAttribute(name) ?? 0);
    const canvas = createHeatmapCanvas(size("width"), size("height"));
    drawn.set(this, canvas);
    return canvas;
  });
  define(window.HTMLCanvasElement.prototype, "toDataURL", function () {
    return drawn.get(this)?.toDataUrl() ?? "";
  });
}

function define(
  prototype: object,
  name: string,
  method: (this: Element, argument: unknown) => unknown,
): void {
  Object.defineProperty(prototype, name, { value: method, configurable: true, writable: true });
}

function rectangle(box: Box | null) {
  const { left, top, right, bottom } = box ?? { left: 0, top: 0, right: 0, bottom: 0 };
  return { x: left, y: top, left, top, right, bottom, width: right - left, height: bottom - top };
}
