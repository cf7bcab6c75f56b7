/** Run by suite_test.ts: writes a file in pieces, in place ("careless") or beside it and renamed ("careful"). */
import { setTimeout as delay } from "node:timers/promises";

const [way, path] = Deno.args;
const place = way === "careful" ? `${path}.tmp` : path;
Deno.writeTextFileSync(place, "");
for (let piece = 0; piece < 8; piece++) {
  await delay(10);
  Deno.writeTextFileSync(place, `piece ${piece}\n`, { append: true });
}
if (way === "careful") Deno.renameSync(place, path);
