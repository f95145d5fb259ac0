export type Limit = { readonly perMinute: number; readonly burst: number };
export type Verdict = { allowed: boolean; remaining: number; resetMs: number; retryAfterMs: number };

/**
 * The generic cell rate algorithm: a bucket is one number, the moment it would be empty again. No windows, so no double
 * burst at an edge and nothing to sweep. Returns the verdict and the number to keep; a refusal keeps the old one.
 */
export function take(previous: number | undefined, limit: Limit, cost: number, now: number): { verdict: Verdict; next: number } {
  const interval = 60_000 / limit.perMinute;
  const capacity = interval * limit.burst;
  const base = Math.max(previous ?? 0, now);
  const next = base + interval * cost;
  const excess = next - now - capacity;
  if (excess > 0)
    return {
      verdict: {
        allowed: false,
        remaining: Math.max(0, Math.floor((capacity - (base - now)) / interval)),
        resetMs: base - now,
        retryAfterMs: Math.ceil(excess),
      },
      next: base,
    };
  return { verdict: { allowed: true, remaining: Math.floor((capacity - (next - now)) / interval), resetMs: next - now, retryAfterMs: 0 }, next };
}
