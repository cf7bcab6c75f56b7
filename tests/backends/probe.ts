import { messageOf, startBackend } from "../../lib/runtime/mod.ts";

/** Starts the backend of `KCELLFM_BACKEND` and says in one line what it is, or why it does not start. */
try {
  console.log(`starts ${(await startBackend()).why.replace("asked for: ", "")}`);
} catch (error) {
  console.log(`lacks ${messageOf(error).replace(/^Cannot start backend "\w+": /, "")}`);
}
