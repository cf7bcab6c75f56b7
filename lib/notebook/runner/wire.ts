import { createHmac, randomUUID } from "node:crypto";

/** A Jupyter message, decoded (messaging protocol 5.3). */
export interface Message {
  readonly type: string;
  readonly id: string;
  /** The id of the request that it answers. */
  readonly parentId: string;
  readonly content: Record<string, unknown>;
}

const DELIMITER = "<IDS|MSG>";

/** Encodes and decodes the messages of one session, signed with the key of its connection file. */
export interface Wire {
  /** The frames of a request, and the id by which its answers name it. */
  encode(type: string, content: Record<string, unknown>): { id: string; frames: string[] };
  /** @throws {Error} when the frames are not a message, or not signed with our key. */
  decode(frames: readonly Uint8Array[]): Message;
}

/** @param key of the connection file, for HMAC-SHA256. */
export function createWire(key: string): Wire {
  const session = randomUUID();
  const sign = (parts: readonly (string | Uint8Array)[]) => {
    const hmac = createHmac("sha256", key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  };
  return {
    encode(type, content) {
      const id = randomUUID();
      const date = new Date().toISOString();
      const header = { msg_id: id, msg_type: type, session, username: "kcellfm", date, version: "5.3" };
      const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
      return { id, frames: [DELIMITER, sign(parts), ...parts] };
    },
    decode(frames) {
      const texts = frames.map((frame) => new TextDecoder().decode(frame));
      const start = texts.indexOf(DELIMITER);
      if (start < 0 || frames.length < start + 6) {
        throw new Error("Cannot read a kernel's message: frames missing");
      }
      if (sign(frames.slice(start + 2, start + 6)) !== texts[start + 1]) {
        throw new Error("Cannot trust a kernel's message: its signature does not match the connection's key");
      }
      const [header, parent, , content] = texts.slice(start + 2).map((text) => JSON.parse(text));
      return { type: header.msg_type, id: header.msg_id, parentId: parent.msg_id ?? "", content };
    },
  };
}
