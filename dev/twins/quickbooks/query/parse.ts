import { fault } from "../fault.ts";

export type Operator = "=" | "<" | ">" | "<=" | ">=" | "LIKE" | "IN";
export type Condition = { readonly field: string; readonly operator: Operator; readonly values: readonly string[] };
export type Order = { readonly field: string; readonly descending: boolean };
export type Query = {
  readonly entity: string;
  readonly count: boolean;
  /** Empty: all of them. */
  readonly fields: readonly string[];
  readonly where: readonly Condition[];
  readonly orderBy: readonly Order[];
  readonly start: number;
  readonly max: number;
};

type Token = { readonly kind: "word" | "text" | "sign"; readonly text: string; readonly at: number };

const TOKEN = /\s*(?:'((?:[^'\\]|\\.)*)'|(<=|>=|[=<>(),*])|([^\s'=<>(),*]+))/y;

/** Reads Intuit's query language with the leniencies that shipping clients live on: any case, `order by` in two words. */
export function parseQuery(statement: string): Query {
  return new Parser(tokens(statement.trim().replace(/;$/, ""))).query();
}

function tokens(statement: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < statement.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(statement);
    if (!match) throw fault("4000", `QueryParserError: Encountered "${statement.slice(at, at + 20)}" at line 1, column ${at + 1}.`);
    if (match[1] !== undefined) found.push({ kind: "text", text: match[1].replace(/\\(.)/g, "$1"), at });
    else if (match[2] !== undefined) found.push({ kind: "sign", text: match[2], at });
    else found.push({ kind: "word", text: match[3] ?? "", at });
  }
  return found;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(found: readonly Token[]) {
    this.#tokens = found;
  }

  query(): Query {
    this.#expect("select");
    const { count, fields } = this.#projection();
    this.#expect("from");
    const entity = this.#word();
    const where = this.#take("where") ? this.#conditions() : [];
    const orderBy = this.#orders();
    let [start, max]: (number | undefined)[] = [];
    while (this.#peek()) {
      if (this.#take("startposition")) start = this.#number();
      else if (this.#take("maxresults")) max = this.#number();
      else throw this.#unexpected();
    }
    if (start !== undefined && start < 1) throw fault("4001", `QueryValidationError: value ${start} is too small. Min allowed value is 1`);
    if (max !== undefined && max < 1) throw fault("4001", `QueryValidationError: value ${max} is too small. Min allowed value is 1`);
    if (max !== undefined && max > 1000) throw fault("4001", `QueryValidationError: value ${max} is too large. Max allowed value is 1000`);
    return { entity, count, fields, where, orderBy, start: start ?? 1, max: max ?? 100 };
  }

  #projection(): { count: boolean; fields: string[] } {
    if (this.#take("*")) return { count: false, fields: [] };
    if (this.#is("count") && this.#tokens[this.#at + 1]?.text === "(") {
      for (const part of ["count", "(", "*", ")"]) this.#expect(part);
      return { count: true, fields: [] };
    }
    const fields = [this.#word()];
    while (this.#take(",")) fields.push(this.#word());
    const starred = fields.filter((field) => !field.endsWith("."));
    return { count: false, fields: starred };
  }

  #conditions(): Condition[] {
    const found = [this.#condition()];
    while (this.#take("and")) found.push(this.#condition());
    return found;
  }

  #condition(): Condition {
    const field = this.#word();
    const operator = (this.#next()?.text ?? "").toUpperCase();
    switch (operator) {
      case "=":
      case "<":
      case ">":
      case "<=":
      case ">=":
      case "LIKE":
        return { field, operator, values: [this.#value()] };
      case "IN": {
        this.#expect("(");
        const values = [this.#value()];
        while (this.#take(",")) values.push(this.#value());
        this.#expect(")");
        return { field, operator, values };
      }
      default:
        this.#at -= 1;
        throw this.#unexpected();
    }
  }

  #orders(): Order[] {
    if (!this.#take("orderby")) {
      if (!this.#take("order")) return [];
      this.#expect("by");
    }
    const found: Order[] = [];
    do {
      const field = this.#word();
      const descending = this.#take("desc");
      if (!descending) this.#take("asc");
      found.push({ field, descending });
    } while (this.#take(","));
    return found;
  }

  #value(): string {
    const token = this.#next();
    if (!token || token.kind === "sign") throw this.#unexpected(token);
    return token.text;
  }

  #number(): number {
    const token = this.#next();
    if (!token || !/^-?\d{1,9}$/.test(token.text)) throw this.#unexpected(token);
    return Number(token.text);
  }

  #word(): string {
    const token = this.#next();
    if (token?.kind !== "word") throw this.#unexpected(token);
    return token.text;
  }

  #next(): Token | undefined {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    return token;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #is(text: string): boolean {
    const token = this.#peek();
    return token !== undefined && token.kind !== "text" && token.text.toLowerCase() === text;
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected();
  }

  #unexpected(token = this.#peek()) {
    const seen = token ? `"${token.text}" at line 1, column ${token.at + 1}` : '"<EOF>"';
    return fault("4000", `QueryParserError: Encountered ${seen}.`);
  }
}
