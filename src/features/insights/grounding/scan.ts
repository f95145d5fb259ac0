import type { Fact } from "../facts.ts";
import type { Mention } from "./periods.ts";

/** Private letters that stand for what was recognised: facts, the question's numbers, names. They hold no digit. */
const FACT = 0xe100;
const ASKED = 0xea00;
const NAME = 0xf000;
const PERIOD = 0xf700;
const ROOM = 0x600;

export const TOKEN = { fact: "[\\uE100-\\uE6FF]", asked: "[\\uEA00-\\uEFFF]", name: "[\\uF000-\\uF5FF]", period: "[\\uF700-\\uF8FF]" } as const;

/** Prose in which each thing that was recognised is one private letter, and what the letters stand for. */
export class Scan {
  text = "";
  readonly facts: Fact[] = [];
  readonly asked: string[] = [];
  readonly names: string[] = [];
  readonly periods: Mention[] = [];

  fact(fact: Fact): string {
    return String.fromCharCode(FACT + (this.facts.push(fact) - 1));
  }
  question(id: string): string {
    return String.fromCharCode(ASKED + (this.asked.push(id) - 1));
  }
  name(name: string): string {
    return String.fromCharCode(NAME + (this.names.push(name) - 1));
  }
  period(mention: Mention): string {
    return String.fromCharCode(PERIOD + (this.periods.push(mention) - 1));
  }
  get full(): boolean {
    return this.facts.length > 200 || this.names.length > 400 || this.periods.length > 100;
  }

  factsIn(part: string): Fact[] {
    return this.#in(part, FACT, this.facts);
  }
  namesIn(part: string): string[] {
    return this.#in(part, NAME, this.names);
  }
  periodsIn(part: string): Mention[] {
    return this.#in(part, PERIOD, this.periods);
  }

  #in<T>(part: string, base: number, all: readonly T[]): T[] {
    return Array.from(part).flatMap((char) => {
      const code = char.charCodeAt(0);
      const found = code >= base && code < base + ROOM ? all[code - base] : undefined;
      return found === undefined ? [] : [found];
    });
  }
}
