import assert from "node:assert/strict";
import { join } from "node:path";
import { fetchHubFiles } from "../../../lib/data/fetch/hub.ts";
import { CONTENT, withCache } from "./download_helpers.ts";
import { COMMIT, serveHub } from "./hub_server.ts";

const CONFIG = new TextEncoder().encode("{}");

/** A repository of a small and a large file; `content` is what the large one is served as. */
const serveModel = ({ content = CONTENT, commit = COMMIT } = {}) =>
  serveHub({ "config.json": CONFIG, "pytorch_model.bin": CONTENT }, {
    commit,
    served: { "pytorch_model.bin": content },
  });

const WANTED = [["config.json"], ["model.safetensors", "pytorch_model.bin"]];

Deno.test("fetchHubFiles brings the first file that is there, of the commit that a branch was", () =>
  withCache(async (options) => {
    await using hub = serveModel();
    const { commit, paths } = await fetchHubFiles("hf:lab/bert", WANTED, { ...options, hubUrl: hub.hubUrl });
    assert.equal(commit, COMMIT);
    assert.deepEqual(
      paths,
      ["config.json", "pytorch_model.bin"].map((name) => join(options.cache, "hub/lab/bert", COMMIT, name)),
    );
    assert.deepEqual(await Deno.readFile(paths[1]), CONTENT);
  }));

Deno.test("fetchHubFiles needs no network for what it has, and keeps the commit when the branch moves", () =>
  withCache(async (options) => {
    {
      await using hub = serveModel();
      await fetchHubFiles("hf:lab/bert@main", WANTED, { ...options, hubUrl: hub.hubUrl });
    }
    await using moved = serveModel({ commit: "f".repeat(40) });
    const again = await fetchHubFiles("hf:lab/bert@main", WANTED, { ...options, hubUrl: moved.hubUrl });
    assert.equal(again.commit, COMMIT);
    assert.deepEqual(moved.requests, []);
  }));

Deno.test("fetchHubFiles refuses a file that is not what the hub says", () =>
  withCache(async (options) => {
    await using hub = serveModel({ content: CONTENT.map((byte) => byte ^ 1) });
    await assert.rejects(
      fetchHubFiles("hf:lab/bert", WANTED, { ...options, hubUrl: hub.hubUrl }),
      /Cannot fetch hf:lab\/bert\/pytorch_model\.bin: .*sha256/,
    );
  }));

Deno.test("fetchHubFiles says what is missing, from where, and what to do without a network", () =>
  withCache(async (options) => {
    await using hub = serveModel();
    const given = { ...options, hubUrl: hub.hubUrl };
    await assert.rejects(fetchHubFiles("hf:lab/bert", [["vocab.txt"]], given), {
      name: "KcellfmError",
      message: "Cannot fetch hf:lab/bert: it has none of vocab.txt",
    });
    await assert.rejects(
      fetchHubFiles("hf:lab/other@v1", WANTED, given),
      /Cannot fetch hf:lab\/other@v1: .*download config\.json, .* from .* into a folder and give the folder/,
    );
  }));

Deno.test("fetchHubFiles refuses a name that is not owner/name", async () => {
  for (const spec of ["hf:bert", "hf:a/b/c", "hf:../up", "hf:lab/bert@../x", "hf:lab/bert@.."]) {
    await assert.rejects(
      fetchHubFiles(spec, WANTED),
      /expected hf:owner\/name or hf:owner\/name@revision/,
      spec,
    );
  }
});
