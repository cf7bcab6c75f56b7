import { deepStrictEqual as equal } from "node:assert/strict";
import { join } from "node:path";
import { categoricalOf, writeAnnotated } from "../../lib/data/mod.ts";
import { inFolder } from "../folder.ts";
import { pythonWith } from "../programs.ts";
import { expected, fixture } from "./helpers.ts";
import { rFixture } from "./r/helpers.ts";
import { zarrFixture } from "./zarr/helpers.ts";

/** What anndata says of a file, and that it can write it again. */
const SCRIPT = `
import json, sys, warnings
warnings.simplefilter("ignore")
import anndata, pandas as pd
path, again = sys.argv[1:]
if path.endswith(".zip"):
    import zarr
    a = anndata.read_zarr(zarr.ZipStore(path, mode="r"))
else:
    a = anndata.read_zarr(path) if path.endswith(".zarr") else anndata.read_h5ad(path)
a.write(again)
obs = {name: {"dtype": str(a.obs[name].dtype), "values": [None if pd.isna(v) else v.item() if hasattr(v, "item") else v for v in a.obs[name]]} for name in a.obs}
ordered = {name: bool(a.obs[name].cat.ordered) for name in a.obs if hasattr(a.obs[name], "cat")}
x = a.X.toarray() if hasattr(a.X, "toarray") else a.X
print(json.dumps({"version": anndata.__version__, "x": x.tolist(), "obs": obs, "ordered": ordered, "obsm": {k: list(v.shape) for k, v in a.obsm.items()}, "uns": sorted(a.uns), "names": list(a.obs_names)}))
`;

interface Said {
  readonly version: string;
  readonly x: number[][];
  readonly obs: Record<string, { dtype: string; values: unknown[] }>;
  readonly ordered: Record<string, boolean>;
  readonly obsm: Record<string, number[]>;
  readonly uns: string[];
  readonly names: string[];
}

/** A Python of the path that has anndata and zarr; null where none has. */
const PYTHON = pythonWith("anndata, zarr");

async function byAnndata(path: string, folder: string): Promise<Said> {
  const args = ["-c", SCRIPT, path, join(folder, "again.h5ad")];
  const { success, stdout, stderr } = await new Deno.Command(PYTHON!, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const { cells, dense } = expected;
const labels = cells.map((_, i) => i % 2 ? "T cell" : "B cell");
const additions = {
  obs: {
    kcellfm_cell_type: categoricalOf(labels),
    stage: {
      codes: Int32Array.from(cells, (_, i) => i % 3 - 1),
      categories: ["late", "early"],
      ordered: true,
    },
    sure: cells.map((_, i) => i > 4),
    maybe: cells.map((_, i) => i % 3 === 0 ? null : i % 3 === 1),
    count: cells.map((_, i) => i === 2 ? null : i),
    score: Float32Array.from(cells, (_, i) => i / 4),
  },
  obsm: { X_kcellfm: { shape: [9, 3], data: new Float32Array(27).fill(0.5) } },
  uns: { kcellfm: { preset: "nano", seed: 1 } },
};

const INPUTS: readonly (readonly [input: string, endings: string[]])[] = [
  [fixture("modern.h5ad"), [".h5ad", ".zarr", ".zarr.zip"]],
  [fixture("v07.h5ad"), [".h5ad"]],
  [fixture("latest.h5ad"), [".zarr"]], // its own nullable text is newer than anndata 0.8
  [fixture("tiny.loom"), [".h5ad"]],
  [zarrFixture("v2.zarr.zip"), [".zarr", ".zarr.zip"]],
];

for (const [input, endings] of INPUTS) {
  for (const ending of endings) {
    Deno.test({
      name: `writeAnnotated makes of ${
        input.replace(/.*[\\/]/, "")
      } a ${ending} that anndata reads and writes again`,
      ignore: PYTHON === null,
      fn: () =>
        inFolder(async (folder) => {
          const output = join(folder, `out${ending}`);
          await writeAnnotated(input, output, { additions });
          const said = await byAnndata(output, folder);
          equal([said.names, said.x], [cells, dense]);
          equal(said.obs.kcellfm_cell_type, { dtype: "category", values: labels });
          equal(said.obs.stage.values, cells.map((_, i) => [null, "late", "early"][i % 3]));
          equal([said.ordered.kcellfm_cell_type, said.ordered.stage], [false, true]);
          equal(said.obs.sure, { dtype: "bool", values: additions.obs.sure });
          equal(said.obs.maybe, { dtype: "boolean", values: additions.obs.maybe });
          equal(said.obs.count.values, additions.obs.count);
          equal(said.obs.score, { dtype: "float32", values: [...additions.obs.score] });
          equal(said.obsm.X_kcellfm, [9, 3]);
          equal(said.uns.includes("kcellfm"), true);
        }),
    });
  }
}

Deno.test({
  name: "writeAnnotated makes of a Seurat object an .h5ad in which anndata finds its factors",
  ignore: PYTHON === null,
  fn: () =>
    inFolder(async (folder) => {
      const output = join(folder, "out.h5ad");
      await writeAnnotated(rFixture("seurat.rds"), output, { additions: {} });
      const { obs, ordered, obsm } = await byAnndata(output, folder);
      equal([obs.type.dtype, obs.type.values.slice(0, 3)], ["category", ["T cell", "B cell", null]]);
      equal([ordered.type, ordered.stage], [false, true]);
      equal([obs.clean.dtype, obs.batch.dtype, obs.note.dtype], ["boolean", "Int32", "category"]);
      equal(obsm.X_pca, [12, 3]);
    }),
});
