import { crc32 } from "node:zlib";

type Entry = { name: Uint8Array; crc: number; size: number; offset: number };

/**
 * A zip archive, piece by piece: each file is stored as it is, whole, with its checksum in front, so that any reader opens
 * it. Names are UTF-8; everything is dated 1980, so that the same content makes the same bytes.
 */
export class ZipWriter {
  readonly #entries: Entry[] = [];
  #offset = 0;

  /** The bytes of one more file. */
  file(path: string, content: string): Uint8Array<ArrayBuffer> {
    const name = new TextEncoder().encode(path);
    const data = new TextEncoder().encode(content);
    const entry = { name, crc: crc32(data), size: data.length, offset: this.#offset };
    this.#entries.push(entry);
    return this.#count(join([header(0x04034b50, entry, []), name, data]));
  }

  /** The directory that closes the archive. */
  end(): Uint8Array<ArrayBuffer> {
    const start = this.#offset;
    const directory = join(this.#entries.flatMap((entry) => [header(0x02014b50, entry, [entry.offset]), entry.name]));
    const tail = new DataView(new ArrayBuffer(22));
    tail.setUint32(0, 0x06054b50, true);
    tail.setUint16(8, this.#entries.length, true);
    tail.setUint16(10, this.#entries.length, true);
    tail.setUint32(12, directory.length, true);
    tail.setUint32(16, start, true);
    return join([directory, new Uint8Array(tail.buffer)]);
  }

  #count(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    this.#offset += bytes.length;
    if (this.#offset > 0xffff_ffff || this.#entries.length > 0xffff) throw new Error("the archive has outgrown its format");
    return bytes;
  }
}

/** Of a local file (30 bytes) or of the directory (46 bytes, with where the file begins). */
function header(signature: number, entry: Entry, offset: number[]): Uint8Array<ArrayBuffer> {
  const inDirectory = offset[0] !== undefined;
  const view = new DataView(new ArrayBuffer(inDirectory ? 46 : 30));
  const at = inDirectory ? 2 : 0;
  view.setUint32(0, signature, true);
  if (inDirectory) view.setUint16(4, 20, true);
  view.setUint16(4 + at, 20, true);
  view.setUint16(6 + at, 0x0800, true);
  view.setUint16(12 + at, 0x0021, true);
  view.setUint32(14 + at, entry.crc, true);
  view.setUint32(18 + at, entry.size, true);
  view.setUint32(22 + at, entry.size, true);
  view.setUint16(26 + at, entry.name.length, true);
  if (offset[0] !== undefined) view.setUint32(42, offset[0], true);
  return new Uint8Array(view.buffer);
}

function join(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
