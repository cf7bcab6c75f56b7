/** A member of an archive, before anything of it is written. */
export interface ArchiveMember {
  /** Its path in the archive, with "/" between folders. */
  readonly name: string;
  /** Unpacked. */
  readonly bytes: number;
  readonly kind: "file" | "folder" | "other";
}

/** Limits on the contents of an archive. */
export interface ArchiveLimits {
  /** Default 100,000. */
  readonly members?: number;
  /** Of all members unpacked; default 64 GiB, and at most 200 times the archive (plus 16 MiB). */
  readonly bytes?: number;
}

/** Deflate's own limit is 1032; tables and matrices reach 20. */
const MAX_RATIO = 200;
const SPARE = 1 << 24;

/**
 * Says of each member in turn why it must not be unpacked, or null when it may: it would land outside the folder, is a
 * link or a device, stands there twice, or is one too many or too much.
 */
export function archiveGate(
  archiveBytes: number,
  { members = 100_000, bytes = Math.min(2 ** 36, MAX_RATIO * archiveBytes + SPARE) }: ArchiveLimits = {},
): (member: ArchiveMember) => string | null {
  const seen = new Set<string>();
  let total = 0;
  return (member) => {
    const name = JSON.stringify(member.name);
    if (member.kind === "other") return `member ${name} is neither a file nor a folder (links are refused)`;
    if (!staysInside(member.name)) return `member ${name} would not land in the folder of the archive`;
    const key = member.name.replace(/\/$/, "").normalize("NFC").toLowerCase(); // as some file systems compare names
    if (seen.has(key)) return `member ${name} is there twice`;
    seen.add(key);
    total += member.bytes;
    if (seen.size > members) return `it has more than ${members} members`;
    return total > bytes ? `it unpacks to more than ${bytes} bytes, ${archiveBytes} were fetched` : null;
  };
}

/** A relative path without "..", drive letters, backslashes and control characters. */
function staysInside(name: string): boolean {
  const parts = name.replace(/\/$/, "").split("/");
  return !/[\\\p{Cc}]|^[a-z]:/iu.test(name) && !parts.includes("..") && !parts.includes("");
}
