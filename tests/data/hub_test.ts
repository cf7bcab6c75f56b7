import assert from "node:assert/strict";
import { join } from "node:path";
import { fetchHubFiles } from "lib/data/hub.ts";
import { CONTENT, withCache } from "./download_helpers.ts";
import { sha256 } from "./download_server.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** A hub with one repository of a small and a large file, as huggingface.co answers. */
function serveHub({ content = CONTENT, commit = COMMIT } = {}) {
  const config = new TextEncoder().encode("{}");
  const requests: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    requests.push(pathname);
    if (pathname === "/api/models/lab/bert/revision/main") {
      return Response.json({ _id: "1", id: "lab/bert", sha: commit });
    }
    if (pathname === `/api/models/lab/bert/paths-info/${commit}`) {
      const { paths } = await request.json();
      const files = [
        { type: "file", path: "config.json", size: config.length, oid: "a".repeat(40) },
        {
          type: "file",
          path: "pytorch_model.bin",
          size: CONTENT.length,
          oid: "b",
          lfs: { oid: sha256(CONTENT), size: CONTENT.length },
        },
      ];
      return Response.json(files.filter(({ path }) => paths.includes(path)));
    }
    if (pathname === `/lab/bert/resolve/${commit}/config.json`) return new Response(config);
    if (pathname === `/lab/bert/resolve/${commit}/pytorch_model.bin`) return new Response(content);
    return new Response("no", { status: 404 });
  });
  const hubUrl = `http://127.0.0.1:${server.addr.port}`;
  return { hubUrl, requests, [Symbol.asyncDispose]: () => server.shutdown() };
}

const WANTED = [["config.json"], ["model.safetensors", "pytorch_model.bin"]];

Deno.test("fetchHubFiles brings the first file that is there, of the commit that a branch was", () =>
  withCache(async (options) => {
    await using hub = serveHub();
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
      await using hub = serveHub();
      await fetchHubFiles("hf:lab/bert@main", WANTED, { ...options, hubUrl: hub.hubUrl });
    }
    await using moved = serveHub({ commit: "f".repeat(40) });
    const again = await fetchHubFiles("hf:lab/bert@main", WANTED, { ...options, hubUrl: moved.hubUrl });
    assert.equal(again.commit, COMMIT);
    assert.deepEqual(moved.requests, []);
  }));

Deno.test("fetchHubFiles refuses a file that is not what the hub says", () =>
  withCache(async (options) => {
    await using hub = serveHub({ content: CONTENT.map((byte) => byte ^ 1) });
    await assert.rejects(
      fetchHubFiles("hf:lab/bert", WANTED, { ...options, hubUrl: hub.hubUrl }),
      /Cannot fetch hf:lab\/bert\/pytorch_model\.bin: .*sha256/,
    );
  }));

Deno.test("fetchHubFiles says what is missing, from where, and what to do without a network", () =>
  withCache(async (options) => {
    await using hub = serveHub();
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
