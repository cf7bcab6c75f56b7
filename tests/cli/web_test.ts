import { equal, match, rejects } from "node:assert/strict";
import { command, servePage } from "../../lib/cli/web.ts";
import { oneLine } from "../data/helpers.ts";
import { inFolder } from "../folder.ts";

Deno.test("servePage answers on this computer only, with headers that let workers share memory and go nowhere else", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/index.html`, "<p>page</p>");
    await Deno.writeTextFile(`${folder}/a.wasm`, "");
    await using server = servePage(folder, { port: 0 });
    equal(server.addr.hostname, "127.0.0.1");
    const get = (path: string) => fetch(`http://127.0.0.1:${server.addr.port}${path}`);
    const page = await get("/");
    equal(await page.text(), "<p>page</p>");
    equal(page.headers.get("cross-origin-opener-policy"), "same-origin");
    equal(page.headers.get("cross-origin-embedder-policy"), "require-corp");
    match(page.headers.get("content-security-policy") ?? "", /connect-src 'self';/);
    const wasm = await get("/a.wasm?x=1");
    await wasm.body?.cancel();
    equal(wasm.headers.get("content-type"), "application/wasm");
  });
});

Deno.test("servePage gives nothing from outside of its folder", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/page`);
    await Deno.writeTextFile(`${folder}/secret`, "secret");
    await using server = servePage(`${folder}/page`, { port: 0, withHeaders: false });
    for (
      const path of ["/../secret", "/%2e%2e/secret", "/..%2fsecret", "/%2e%2e%2fsecret", "//secret", "/none"]
    ) {
      const response = await fetch(`http://127.0.0.1:${server.addr.port}${path}`);
      match(String(response.status), /40[04]/, path);
      equal((await response.text()).includes("secret"), false, path);
    }
  });
});

Deno.test("deno task web says what to run where no page was built", async () => {
  await inFolder(async (folder) => {
    await rejects(
      command.parseAsync(["--out", folder], { from: "user" }),
      oneLine("file", /it holds no page; run deno task web:build first/),
    );
  });
});
