/** Whether an address lies in one of the CIDR ranges; in any, where none is named. IPv6 counts down to its /64. */
export function inRanges(address: string, ranges: readonly string[]): boolean {
  if (ranges.length === 0) return true;
  const own = bitsOf(address.split("/")[0] ?? "");
  return (
    own !== null &&
    ranges.some((range) => {
      const parsed = parseRange(range);
      return parsed !== null && parsed.bits.length === own.length && own.startsWith(parsed.bits.slice(0, parsed.length));
    })
  );
}

/** A range's network as bits and its length; null when it is none, or when bits are set beyond its length. */
export function parseRange(range: string): { bits: string; length: number } | null {
  const [address = "", length, ...rest] = range.split("/");
  const bits = bitsOf(address);
  if (bits === null || rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return null;
  const asked = length === undefined ? bits.length : Number(length);
  const most = bits.length === 128 ? 64 : 32;
  if (asked < 1 || asked > most || bits.slice(asked).includes("1")) return null;
  return { bits, length: asked };
}

function bitsOf(address: string): string | null {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  if (four) {
    const parts = four.slice(1).map(Number);
    return parts.every((part) => part < 256) ? parts.map((part) => part.toString(2).padStart(8, "0")).join("") : null;
  }
  if (!/^[0-9a-f:]+$/i.test(address) || !address.includes(":") || address.split("::").length > 2) return null;
  const [head = "", tail] = address.split("::");
  const left = head.split(":").filter(Boolean);
  const right = (tail ?? "").split(":").filter(Boolean);
  const zeros = 8 - left.length - right.length;
  if (tail === undefined ? zeros !== 0 : zeros < 1) return null;
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right];
  return groups.every((group) => group.length <= 4) ? groups.map((group) => parseInt(group, 16).toString(2).padStart(16, "0")).join("") : null;
}
