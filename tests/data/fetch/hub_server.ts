import { sha256 } from "./download_server.ts";

/** The commit that the branch main is. */
export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

type Files = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

/**
 * A hub on 127.0.0.1 with one repository, lab/bert, that answers as huggingface.co does; `.bin` files are large ones
 * with a sha256.
 */
export function serveHub(files: Files, { commit = COMMIT, served = {} as Files } = {}) {
  const requests: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    requests.push(pathname);
    if (pathname === "/api/models/lab/bert/revision/main") {
      return Response.json({ _id: "1", id: "lab/bert", sha: commit });
    }
    if (pathname === `/api/models/lab/bert/paths-info/${commit}`) {
      const { paths }: { paths: string[] } = await request.json();
      return Response.json(paths.filter((path) => path in files).map((path) => describe(path, files[path])));
    }
    const name = pathname.replace(`/lab/bert/resolve/${commit}/`, "");
    return name in files ? new Response(served[name] ?? files[name]) : new Response("no", { status: 404 });
  });
  const hubUrl = `http://127.0.0.1:${server.addr.port}`;
  return { hubUrl, requests, [Symbol.asyncDispose]: () => server.shutdown() };
}

function describe(path: string, content: Uint8Array) {
  const file = { type: "file", path, size: content.length, oid: "a".repeat(40) };
  return path.endsWith(".bin") ? { ...file, lfs: { oid: sha256(content), size: content.length } } : file;
}
