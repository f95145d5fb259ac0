/** How well one of two samples can be told from the other: the area under the curve (0.5 is not at all), and Welch's t. */
function apart(one: readonly number[], other: readonly number[]): { auc: number; t: number } {
  const above = one.flatMap((a) => other.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
  const mean = (list: readonly number[]) => list.reduce((sum, each) => sum + each, 0) / list.length;
  const spread = (list: readonly number[]) => mean(list.map((each) => (each - mean(list)) ** 2)) / (list.length - 1);
  return { auc: mean(above), t: (mean(one) - mean(other)) / Math.sqrt(spread(one) + spread(other)) };
}

type Call = () => Promise<unknown>;

/**
 * Times two calls in turn, the order changing with each pair, so that what the machine does meanwhile falls on both alike.
 * Alike is an area of 0.45 to 0.55 and a t under 4.5. By chance alone the area of 200 pairs strays that far in one run of
 * twelve: then as many again are taken, to three times as many in all, where a true difference stays and chance does not.
 */
export async function timed(pairs: number, calls: readonly [Call, Call], lanes = 1) {
  const times: [number[], number[]] = [[], []];
  const lane = async (count: number) => {
    for (let pair = 0; pair < count; pair++)
      for (const which of pair % 2 ? ([0, 1] as const) : ([1, 0] as const)) {
        const started = performance.now();
        await calls[which]();
        times[which].push(performance.now() - started);
      }
  };
  for (let round = 1; ; round++) {
    await Promise.all(Array.from({ length: lanes }, () => lane(Math.ceil(pairs / lanes))));
    const { auc, t } = apart(...times);
    const isAlike = auc > 0.45 && auc < 0.55 && Math.abs(t) < 4.5;
    if (isAlike || round === 3) return { auc, t, pairs: times[0].length, isAlike };
  }
}
