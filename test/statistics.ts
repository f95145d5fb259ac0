/** How well one of two samples can be told from the other: the area under the curve (0.5 is not at all), and Welch's t. */
function apart(one: readonly number[], other: readonly number[]): { auc: number; t: number } {
  const above = one.flatMap((a) => other.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
  const mean = (list: readonly number[]) => list.reduce((sum, each) => sum + each, 0) / list.length;
  const spread = (list: readonly number[]) => mean(list.map((each) => (each - mean(list)) ** 2)) / (list.length - 1);
  return { auc: mean(above), t: (mean(one) - mean(other)) / Math.sqrt(spread(one) + spread(other)) };
}

/** Times two calls in turn, the order changing with each pair, so that what the machine does meanwhile falls on both alike. */
export async function timed(pairs: number, calls: readonly [(pair: number) => Promise<unknown>, (pair: number) => Promise<unknown>]) {
  const times: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair++)
    for (const which of pair % 2 ? ([0, 1] as const) : ([1, 0] as const)) {
      const started = performance.now();
      await calls[which](pair);
      times[which].push(performance.now() - started);
    }
  return apart(...times);
}
