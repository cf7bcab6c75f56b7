import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { createWire } from "../../lib/notebook/runner/wire.ts";

const bytes = (frames: string[]) => frames.map((frame) => new TextEncoder().encode(frame));

Deno.test("createWire decodes what it encodes, behind any routing frames", () => {
  const wire = createWire("key");
  const { id, frames } = wire.encode("execute_request", { code: "1 + 1" });
  const message = wire.decode(bytes(["a topic", ...frames]));
  deepStrictEqual(message, { type: "execute_request", id, parentId: "", content: { code: "1 + 1" } });
});

Deno.test("createWire signs with HMAC-SHA256 over the four parts", () => {
  // python3: hmac.new(b"key", b"".join([header, b"{}", b"{}", content]), "sha256").hexdigest() of the frames below
  const parts = ['{"msg_id":"1","msg_type":"status"}', "{}", "{}", '{"execution_state":"idle"}'];
  const signature = "43d6ded69c7be8bf1560669a07f86d44a2f52244725a1d4365f9e598de4d3f94";
  const message = createWire("key").decode(bytes(["<IDS|MSG>", signature, ...parts]));
  strictEqual(message.type, "status");
});

Deno.test("createWire refuses a message that another key signed", () => {
  const { frames } = createWire("key").encode("status", {});
  throws(() => createWire("other key").decode(bytes(frames)), /signature does not match/);
  throws(() => createWire("key").decode(bytes(frames.slice(0, 3))), /frames missing/);
});
