import { z } from "@hono/zod-openapi";
import { isWeakPassword } from "../features/auth/weak-password.ts";
import { isDecimal } from "../core/money.ts";

/** Shapes that several resources share on the wire. */

export const Email = z
  .string()
  .max(255)
  .transform((text) => text.trim().toLowerCase())
  .pipe(z.email())
  .openapi({ type: "string", format: "email", example: "ada@example.com" });
/** 12 to 128 characters, no rules about classes, none that is guessed first: NIST 800-63B-4. */
export const Password = z
  .string()
  .min(12)
  .max(128)
  .refine((text) => text.isWellFormed(), "must be well-formed text")
  .refine((text) => !isWeakPassword(text), "is one that is guessed first: choose another")
  .openapi({ example: "correct horse battery" });

/** A decimal string of at most 15 digits before the point and 4 after it. Never a JSON number. */
export const Amount = z
  .string()
  .max(21)
  .regex(/^-?\d{1,15}(\.\d{1,4})?$/, 'must be a decimal string like "-12.99"')
  .refine((text) => isDecimal(text))
  .openapi({ example: "-12.99" });

export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, "must be three capital letters, as in ISO 4217")
  .openapi({ example: "USD" });
export const Day = z.iso.date().openapi({ example: "2026-10-31" });
export const Instant = z.iso.datetime({ offset: true }).openapi({ example: "2026-10-31T08:00:00.000Z" });
export const Id = z.uuid().openapi({ example: "019a2f5e-7c1e-7a11-8d2e-3b1f00c0ffee" });
export const IdParam = z.strictObject({ id: Id });

/** Text without control characters (a NUL would be refused by the database) and without lone surrogates. */
export const line = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((text) => text.isWellFormed() && !hasControl(text), "must not hold control characters");

function hasControl(text: string): boolean {
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 32 && code !== 9 && code !== 10 && code !== 13) return true;
    if (code === 127) return true;
  }
  return false;
}

export const Limit = z.coerce.number().int().min(1).max(200).default(50).openapi({ example: 50 });
export const Cursor = z.string().max(600).optional().openapi({ description: "`nextCursor` of the page before; bound to its filters" });

export const page = <T extends z.ZodType>(row: T) => z.strictObject({ data: z.array(row), nextCursor: z.string().nullable() });

/** A JSON answer of one schema. */
export const json = <T extends z.ZodType>(description: string, schema: T) => ({ description, content: { "application/json": { schema } } });
/** A JSON body: required, or it would not be validated when the content type is missing. */
export const jsonBody = <T extends z.ZodType>(schema: T) => ({ required: true as const, content: { "application/json": { schema } } });
export const Accepted = z.strictObject({ message: z.string() }).openapi("Accepted");
