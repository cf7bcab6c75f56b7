import assert from "node:assert/strict";
import { join } from "node:path";
import { openH5ad } from "../../../lib/data/mod.ts";
import { ROOT, startBackend } from "../../../lib/runtime/mod.ts";
import { readPart, scoreParts, tallyMetrics } from "../../../lib/experiments/atlas/mod.ts";
import { annotateFolder, answersIn, withAtlas } from "./fixture.ts";

await startBackend();

Deno.test("annotateShards names every cell of every shard in its order, beside its own label", async () => {
  await withAtlas(async ({ shards, answers, ontology }) => {
    const state = await annotateFolder(shards, answers);
    assert.deepEqual(Object.keys(state.done), ["shard_000", "shard_001", "shard_002"]);
    assert.deepEqual(Object.values(state.done).map(({ cells }) => cells), [60, 60, 30]);
    const rows = await readPart(join(answers, "shard_002.tsv.gz"));
    const shard = await openH5ad(join(shards, "shard_002.h5ad"));
    assert.deepEqual(rows.map(({ cell }) => cell), shard.obsNames);
    assert.deepEqual(
      rows.map(({ true_cl_id }) => true_cl_id),
      shard.obs.values("cell_type_ontology_term_id"),
    );
    shard.close();
    const tally = await scoreParts([join(answers, "shard_002.tsv.gz")], ontology);
    const right = rows.filter(({ kcellfm_cl_id, true_cl_id }) => kcellfm_cl_id === true_cl_id).length;
    assert.equal(tallyMetrics(tally, (called, truth) => called === truth).accuracy, right / 30);
    for (const { seconds, reading_seconds, peak_mb } of Object.values(state.done)) {
      assert.ok(reading_seconds > 0 && reading_seconds < seconds && peak_mb >= 10);
    }
  });
});

Deno.test("annotateShards killed in the middle goes on behind the last shard and ends with the same bytes", async () => {
  await withAtlas(async ({ shards, answers }) => {
    await annotateFolder(shards, `${answers}-whole`);
    const whole = await answersIn(`${answers}-whole`);
    await killInShard("shard_001", [shards, answers]);
    assert.deepEqual(
      Object.keys(await answersIn(answers)),
      ["shard_000.tsv.gz"],
      "only the finished shard is there",
    );
    const redone: string[] = [];
    await annotateFolder(shards, answers, { onProgress: ({ shard }) => redone.push(shard) });
    assert.deepEqual([...new Set(redone)], ["shard_001", "shard_002"]);
    assert.deepEqual(await answersIn(answers), whole);
  });
});

/** Runs the child and ends it by SIGKILL once it works on a shard. */
async function killInShard(shard: string, args: string[]): Promise<void> {
  const child = startChild(args);
  let said = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said.includes(shard)) child.kill("SIGKILL");
  }
  assert.equal((await child.status).signal, "SIGKILL");
}

function startChild(args: string[]): Deno.ChildProcess {
  const entry = join(ROOT, "tests/experiments/atlas/annotate_child.ts");
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--config", join(ROOT, "deno.json"), "--allow-all", entry, ...args],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

Deno.test("annotateShards by two processes at once in one folder ends with the same bytes", async () => {
  await withAtlas(async ({ shards, answers }) => {
    await annotateFolder(shards, `${answers}-whole`);
    const both = [1, 2].map(() => startChild([shards, answers]).output());
    for (const { code } of await Promise.all(both)) assert.equal(code, 0);
    assert.deepEqual(await answersIn(answers), await answersIn(`${answers}-whole`));
    const redone: string[] = [];
    await annotateFolder(shards, answers, { onProgress: ({ shard }) => redone.push(shard) });
    assert.deepEqual(redone, []);
  });
});

Deno.test("annotateShards redoes a shard whose answers are gone or that has changed, and nothing else", async () => {
  await withAtlas(async ({ shards, answers }) => {
    await annotateFolder(shards, answers);
    await Deno.remove(join(answers, "shard_000.tsv.gz"));
    await Deno.copyFile(join(shards, "shard_001.h5ad"), join(shards, "shard_002.h5ad"));
    const redone = new Set<string>();
    await annotateFolder(shards, answers, { onProgress: ({ shard }) => redone.add(shard) });
    assert.deepEqual([...redone], ["shard_000", "shard_002"]);
  });
});

Deno.test("annotateShards refuses a folder that another model began", async () => {
  await withAtlas(async ({ shards, answers }) => {
    await annotateFolder(shards, answers);
    const other = annotateFolder(shards, answers, { width: 8 });
    await assert.rejects(other, { tag: "usage", message: /begun with another model/ });
  });
});

Deno.test("annotateShards says how far it is in bytes over all shards", async () => {
  await withAtlas(async ({ shards, answers }) => {
    const controller = new AbortController();
    const stopped = annotateFolder(shards, answers, {
      signal: controller.signal,
      onProgress: ({ shard }) => shard === "shard_001" && controller.abort(),
    });
    await assert.rejects(stopped, { name: "AbortError" });
    const shares: [number, number][] = [];
    await annotateFolder(shards, answers, {
      onProgress: ({ share, ownShare }) => shares.push([share, ownShare]),
    });
    const [share, ownShare] = shares.at(-1) ?? [0, 0];
    assert.ok(Math.abs(share - 1) < 1e-9 && ownShare < 0.8, `${share}, ${ownShare}`);
  });
});
