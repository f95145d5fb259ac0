import { Problem } from "../../core/errors.ts";
import type { Config } from "../../env.ts";

/**
 * Where a person may be sent after consent: an absolute address of an allowed origin, without credentials in it.
 * Everything else is refused before anything is written, so that no link of ours leads to a stranger.
 */
export function allowedReturnUrl(config: Config, asked: string | undefined): string {
  if (asked === undefined) return `${config.APP_URL.replace(/\/$/, "")}/accounts/linked`;
  const url = URL.canParse(asked) ? new URL(asked) : null;
  const allowed = [...config.ALLOWED_ORIGINS, new URL(config.APP_URL).origin, new URL(config.API_URL).origin];
  const sound = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" && allowed.includes(url.origin);
  if (!sound)
    throw new Problem("invalid_request", {
      detail: "The return URL is not of an allowed origin.",
      errors: [{ pointer: "/returnUrl", detail: "must be an absolute URL of an allowed origin" }],
    });
  return url.href;
}

/** The return URL with what the caller is told. */
export function withParams(returnUrl: string, params: Record<string, string>): string {
  const url = new URL(returnUrl);
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  return url.href;
}
