import assert from "node:assert/strict";
import { join } from "node:path";
import { CODEX_PANEL, intestineTypes, ZONES } from "../../lib/simulate/intestine.ts";
import { inventRegions, planSpatial, writeSpatialTwin } from "../../lib/simulate/spatial_sets.ts";
import { inventLayout, richestView, stainCells } from "../../lib/simulate/tissue.ts";
import { createRng } from "../../lib/runtime/mod.ts";

const types = intestineTypes();

function smallLayout(cells: number) {
  return inventLayout("piece", { cells, tissue: "small bowel", types, rng: createRng("piece") });
}

Deno.test("intestineTypes are 25 types of known zones whose markers are on the panel", () => {
  assert.equal(types.length, 25);
  assert.equal(CODEX_PANEL.length, 46);
  assert.ok(types.every(({ zone }) => ZONES.includes(zone)));
  assert.ok(types.every(({ id }) => /^CL:\d{7}$/.test(id)));
  assert.ok(types.every(({ levels }) => levels.some((level) => level >= 3)), "each has a strong marker");
  assert.equal(types.find(({ name }) => name === "Paneth")?.share.colon, 0);
});

Deno.test("stainCells gives z-scores in which each type shows its own marker", () => {
  const layout = smallLayout(1500);
  const values = stainCells(layout, { known: types, rng: createRng("stain") });
  const column = (marker: string) =>
    layout.types.map((_, cell) => values[cell * CODEX_PANEL.length + CODEX_PANEL.indexOf(marker)]);
  for (const marker of ["CD8", "aSMA", "MUC2"]) {
    const scores = column(marker);
    const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length;
    const variance = scores.reduce((sum, value) => sum + value ** 2, 0) / scores.length - mean ** 2;
    assert.ok(
      Math.abs(mean) < 1e-3 && Math.abs(variance - 1) < 1e-3,
      `${marker}: mean ${mean}, variance ${variance}`,
    );
    assert.ok(scores.some((value) => value < 0));
  }
  const muscle = column("aSMA").filter((_, cell) => layout.types[cell] === "Smooth muscle");
  // 4 of at most 4 in strength, where most cells have none: far above one standard deviation
  assert.ok(muscle.reduce((sum, value) => sum + value, 0) / muscle.length > 1);
});

Deno.test("richestView is a connected part with as many cells as asked for", () => {
  const layout = smallLayout(1200);
  const view = richestView(layout, { cells: 300, rng: createRng("view") });
  assert.equal(view.types.length, 300);
  const span = (values: Float32Array) => Math.max(...values) - Math.min(...values);
  assert.ok(span(view.y) < span(layout.y));
  assert.equal(richestView(layout, { cells: 5000, rng: createRng("view") }), layout);
});

Deno.test("planSpatial holds out a region within a tissue, and the other tissue across", () => {
  const regions = inventRegions(createRng("regions"));
  const intra = planSpatial(regions, "colon", "intra");
  assert.deepEqual(intra.test.map(({ name }) => name), ["colon 4"]);
  assert.ok(intra.train.every(({ name }) => name.startsWith("colon") && name !== "colon 4"));
  const cross = planSpatial(regions, "colon", "cross");
  assert.ok(cross.train.every(({ name }) => name.startsWith("colon")));
  assert.ok(cross.test.every(({ name }) => name.startsWith("small bowel")));
});

Deno.test("writeSpatialTwin writes the original's CSV form, the same for the same seed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const plan = planSpatial(inventRegions(createRng("r")), "small bowel", "intra");
    const read = async (seed: string) => {
      await writeSpatialTwin(folder, plan, { rng: createRng(seed), cells: { train: 120, test: 60 } });
      return await Promise.all(
        ["train", "test"].map((part) => Deno.readTextFile(join(folder, `${part}.csv`))),
      );
    };
    const [train, test] = await read("a");
    const [header, ...rows] = train.trim().split("\n");
    assert.equal(header, [...CODEX_PANEL, "x", "y", "cell_type_A"].join(","));
    assert.equal(rows.length, 120);
    assert.equal(test.trim().split("\n").length, 61);
    const known = new Set(types.map(({ name }) => name));
    for (const row of rows) {
      const fields = row.split(",");
      assert.ok(fields.slice(0, 48).every((field) => Number.isFinite(Number(field))));
      assert.ok(known.has(fields[48]));
    }
    assert.deepEqual(await read("a"), [train, test]);
    assert.notEqual((await read("b"))[0], train);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
