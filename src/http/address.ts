/**
 * The address that limits count. Behind Cloudflare, `CF-Connecting-IP` is set by the edge and cannot be forged; other
 * headers are never read. IPv6 is counted by /64, the least that one customer is given, however it is written; an IPv4
 * address inside IPv6 is that IPv4 address.
 */
export function addressOf(request: Request): string {
  const address = (request.headers.get("cf-connecting-ip") ?? "127.0.0.1").toLowerCase();
  const inside = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (inside) return inside[1] ?? address;
  if (!address.includes(":")) return address;
  const [head = "", tail = ""] = address.split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail.split(":").filter(Boolean);
  const zeros = address.includes("::") ? Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0") : [];
  const network = [...left, ...zeros, ...right].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ""));
  return `${network.join(":")}::/64`;
}
