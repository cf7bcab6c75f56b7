import { join } from "node:path";
import type { SpatialCells } from "../../../lib/experiments/spatial/mod.ts";

/** Runs `use` with the path of a file of that text. */
export async function withFile<T>(name: string, text: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, name);
    await Deno.writeTextFile(path, text);
    return await use(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Cells in a row, one marker that tells A (negative) from B (positive) and one that says nothing. */
export function twoTypes(labels: readonly (string | null)[]): SpatialCells {
  const values = labels.flatMap((label, i) => [label === "B" ? 2 + i / 100 : -2 - i / 100, i % 3]);
  return {
    name: "two",
    markers: ["CD4", "CD8"],
    values: Float32Array.from(values),
    kind: "panel",
    x: Float32Array.from(labels.keys()),
    y: new Float32Array(labels.length),
    images: labels.map(() => "one"),
    labels,
    labelKey: "cell_type",
  };
}
