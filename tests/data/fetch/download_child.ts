/** Fetches one file as a process of its own: `download_child.ts CACHE ENTRY_AS_JSON`. */
import { fetchFile } from "../../../lib/data/fetch/dataset.ts";

const [cache, entry] = Deno.args;
await fetchFile(JSON.parse(entry), { cache, mirror: "", backoffMs: 1 });
