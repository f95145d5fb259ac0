import { z } from "zod";

/** One hand of the twin's time: the base clock, moved, and possibly stopped. */
export const Hand = z.object({ offset: z.number(), frozenAt: z.number().nullable() });
export type Hand = z.infer<typeof Hand>;

export type Clock = {
  /** The caller's own time, which nothing in the twin moves. */
  base(): number;
  now(scope: string): number;
  move(scope: string, by: number): void;
  set(scope: string, to: number): void;
  freeze(scope: string, frozen: boolean): void;
  save(): Record<string, Hand>;
  load(saved: Record<string, Hand>): void;
};

/** Scopes are realm ids and `oauth`; each goes its own way from the base clock. */
export function createClock(base: () => number, changed: () => void): Clock {
  const hands = new Map<string, Hand>();
  const hand = (scope: string): Hand => hands.get(scope) ?? { offset: 0, frozenAt: null };
  const put = (scope: string, value: Hand) => {
    hands.set(scope, value);
    changed();
  };
  const now = (scope: string) => hand(scope).frozenAt ?? base() + hand(scope).offset;
  return {
    base,
    now,
    move(scope, by) {
      const { offset, frozenAt } = hand(scope);
      put(scope, { offset: offset + by, frozenAt: frozenAt === null ? null : frozenAt + by });
    },
    set(scope, to) {
      put(scope, { offset: to - base(), frozenAt: hand(scope).frozenAt === null ? null : to });
    },
    freeze(scope, frozen) {
      const at = now(scope);
      put(scope, { offset: at - base(), frozenAt: frozen ? at : null });
    },
    save: () => Object.fromEntries(hands),
    load(saved) {
      for (const [scope, value] of Object.entries(saved)) hands.set(scope, value);
    },
  };
}
