import { encode } from "fast-png";

/** The canvas calls that plotly.js makes to draw a heatmap. */
export interface HeatmapCanvas {
  fillStyle: string;
  fillRect(x: number, y: number, width: number, height: number): void;
  createImageData(width: number, height: number): { width: number; data: Uint8ClampedArray };
  putImageData(image: { width: number; data: Uint8ClampedArray }): void;
  toDataUrl(): string;
}

/** A canvas in memory, `width` by `height` pixels, that fills rectangles, takes pixels and saves itself as PNG. */
export function createHeatmapCanvas(width: number, height: number): HeatmapCanvas {
  const data = new Uint8ClampedArray(width * height * 4);
  return {
    fillStyle: "",
    fillRect(x, y, w, h) {
      const color = rgba(this.fillStyle);
      // plotly.js gives a negative height to the cells of an axis that runs upwards
      const [left, right] = span(x, w, width), [top, bottom] = span(y, h, height);
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) data.set(color, (row * width + column) * 4);
      }
    },
    createImageData: (w, h) => ({ width: w, data: new Uint8ClampedArray(w * h * 4) }),
    putImageData: (image) => data.set(image.data),
    toDataUrl: () => `data:image/png;base64,${new Uint8Array(encode({ width, height, data })).toBase64()}`,
  };
}

function span(start: number, length: number, limit: number): [number, number] {
  const [low, high] = length < 0 ? [start + length, start] : [start, start + length];
  return [Math.max(0, low), Math.min(limit, high)];
}

function rgba(style: string): [number, number, number, number] {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (style.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue, alpha * 255];
}
