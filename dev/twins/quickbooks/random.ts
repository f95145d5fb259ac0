/** A small seeded generator (sfc32 over a hashed seed). Same seed, same sequence, on every machine. */
export type Random = {
  next(): number;
  int(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  shuffle<T>(from: readonly T[]): T[];
};

export function createRandom(seed: string | number): Random {
  let [a, b, c, d] = spread(String(seed));
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let warm = 0; warm < 12; warm++) next();
  const int = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (from) => {
      const picked = from[int(0, from.length - 1)];
      if (picked === undefined) throw new RangeError("nothing to pick from");
      return picked;
    },
    shuffle: (from) => {
      const keyed = from.map((value) => ({ value, key: next() }));
      return keyed.sort((x, y) => x.key - y.key).map(({ value }) => value);
    },
  };
}

function spread(seed: string): [number, number, number, number] {
  let [x, y, z, w] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef];
  for (let at = 0; at < seed.length; at++) {
    const code = seed.charCodeAt(at);
    x = Math.imul(x ^ code, 2654435761);
    y = Math.imul(y ^ (code + at), 1597334677);
    z = Math.imul(z ^ (x >>> 7), 2246822507);
    w = (w + Math.imul(y ^ z, 3266489909)) | 0;
  }
  return [x | 0, y | 0, z | 0, w | 0];
}
