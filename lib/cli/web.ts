import { extname, join, normalize } from "node:path";
import { fileError, resultsDir, statOrNull } from "../runtime/mod.ts";
import { createCommand, integer } from "./flags.ts";
import { runCommand } from "./run.ts";
import { PAGE_HEADERS } from "./web_headers.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
};

/** `deno task web`: shows the page that annotates in a browser, on this computer only. */
export const command = createCommand(
  "web",
  "Shows the page that annotates in a browser, on this computer only.",
  {
    out: "the folder that deno task web:build wrote (default: data/results/web)",
  },
)
  .option(
    "--port <n>",
    "where the page is served (default: 8050, or the next that is free)",
    integer({ min: 0 }),
  )
  .action(({ out = join(resultsDir(), "web"), port }) => {
    requirePage(out);
    const server = servePage(out, { port });
    console.log(`http://127.0.0.1:${server.addr.port}/ (end with Ctrl-C)`);
    return server.finished;
  });

function requirePage(folder: string): void {
  if (statOrNull(join(folder, "index.html"))) return;
  throw fileError(`Cannot show ${folder}: it holds no page; run deno task web:build first`);
}

const USUAL_PORT = 8050;

/** Serves a folder on 127.0.0.1; `withHeaders` false leaves them to the service worker, as plain servers do. */
export function servePage(
  folder: string,
  { port, withHeaders = true }: { port?: number; withHeaders?: boolean } = {},
): Deno.HttpServer<Deno.NetAddr> {
  const listen = (port: number) =>
    Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {} },
      ({ url }) => respond(folder, url, withHeaders),
    );
  if (port !== undefined) return listen(port);
  try {
    return listen(USUAL_PORT);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return listen(0);
    throw error;
  }
}

async function respond(folder: string, url: string, withHeaders: boolean): Promise<Response> {
  const path = normalize(decodeURIComponent(new URL(url).pathname)).replace(/\/$/, "/index.html");
  if (path.includes("..")) return new Response("no", { status: 400 });
  try {
    const file = await Deno.open(join(folder, path));
    const headers = {
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
      "cache-control": "no-cache",
    };
    return new Response(file.readable, { headers: { ...headers, ...(withHeaders ? PAGE_HEADERS : {}) } });
  } catch {
    return new Response("there is no such file", { status: 404 });
  }
}

if (import.meta.main) Deno.exit(await runCommand(command, Deno.args));
