/// <reference lib="dom" />
import { startApp } from "./page/app.ts";
import { keepOffline } from "./page/offline.ts";

/** The page's own address decides where everything else is fetched from, so that it works below any path. */
const base = new URL("./", location.href).href;
const app = await startApp(base);
await keepOffline(base, () => !app.hasBegun());
