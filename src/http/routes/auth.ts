import { z } from "@hono/zod-openapi";
import { changePassword } from "../../features/auth/change-password.ts";
import { endOtherSessions, endSession, logOut } from "../../features/auth/end-sessions.ts";
import { forgotPassword } from "../../features/auth/forgot-password.ts";
import { listSessions, type Session } from "../../features/auth/list-sessions.ts";
import { logIn } from "../../features/auth/log-in.ts";
import { refreshSession } from "../../features/auth/refresh-session.ts";
import { resendVerification } from "../../features/auth/resend-verification.ts";
import { resetPassword } from "../../features/auth/reset-password.ts";
import type { Tokens } from "../../features/auth/sessions.ts";
import { signUp } from "../../features/auth/sign-up.ts";
import { verifyEmail } from "../../features/auth/verify-email.ts";
import { ctx, device, openCtx } from "../context.ts";
import { showPage } from "../page.ts";
import { route } from "../route.ts";
import { createRouter } from "../router.ts";
import { Accepted, Email, Id, IdParam, Instant, json, jsonBody, line, page, Password } from "../wire.ts";

// ── contract ──────────────────────────────────────────────────────────────
const OneTimeToken = z.string().max(120);

const SignUpBody = z.strictObject({ name: line(100), email: Email, password: Password }).openapi("SignUp");
const LogInBody = z.strictObject({ email: Email, password: z.string().max(128), code: z.string().max(20).optional() }).openapi("LogIn");
const EmailBody = z.strictObject({ email: Email }).openapi("EmailAddress");
const ResetBody = z.strictObject({ token: OneTimeToken, password: Password }).openapi("ResetPassword");
const ChangePasswordBody = z.strictObject({ currentPassword: z.string().max(128), newPassword: Password }).openapi("ChangePassword");
const RefreshBody = z.strictObject({ refreshToken: OneTimeToken }).openapi("Refresh");
const TokensBody = z.strictObject({ accessToken: z.string(), tokenType: z.literal("Bearer"), expiresIn: z.int(), refreshToken: z.string() }).openapi("Tokens");
const SessionBody = z
  .strictObject({
    id: Id,
    userAgent: z.string().nullable(),
    ip: z.string().nullable(),
    place: z.string().nullable().openapi({ description: "What lies behind the address, as far as it is known", example: "Berlin, DE" }),
    createdAt: Instant,
    lastUsedAt: Instant,
    current: z.boolean(),
  })
  .openapi("Session");
const EndedBody = z.strictObject({ ended: z.int() }).openapi("EndedSessions");

const toTokens = (t: Tokens): z.infer<typeof TokensBody> => ({
  accessToken: t.accessToken,
  tokenType: t.tokenType,
  expiresIn: t.expiresIn,
  refreshToken: t.refreshToken,
});
const toSession = (s: Session): z.infer<typeof SessionBody> => ({
  id: s.id,
  userAgent: s.userAgent,
  ip: s.ip,
  place: s.place,
  createdAt: new Date(s.createdAt).toISOString(),
  lastUsedAt: new Date(s.lastUsedAt).toISOString(),
  current: s.current,
});
const accepted = (message: string): z.infer<typeof Accepted> => ({ message });

// ── routes ────────────────────────────────────────────────────────────────
const tags = ["auth"];
const open = { public: "credentials" } as const;

const signUpRoute = route({
  operationId: "signUp",
  summary: "Create a new user account",
  description: "The answer is the same whether or not the address is known; a mail says the rest.",
  tags,
  method: "post",
  path: "/auth/signup",
  access: open,
  request: { body: jsonBody(SignUpBody) },
  responses: { 202: json("Accepted; read your mail", Accepted) },
});

const logInRoute = route({
  operationId: "logIn",
  summary: "Exchange address and password for tokens",
  tags,
  method: "post",
  path: "/auth/login",
  access: open,
  description: "`code` is the six digits of an authenticator app, or a backup code, for people with a second factor.",
  fails: ["unauthenticated", "email_unverified", "code_required"],
  request: { body: jsonBody(LogInBody) },
  responses: { 200: json("Tokens", TokensBody) },
});

const verifyRoute = route({
  operationId: "verifyEmail",
  summary: "Confirm an e-mail address",
  description: "Idempotent within the link's life. A browser gets a page, a program gets JSON.",
  tags,
  method: "get",
  path: "/auth/verify-email",
  access: open,
  fails: ["invalid_token"],
  request: { query: z.strictObject({ token: OneTimeToken }) },
  responses: { 200: json("The address is verified", Accepted) },
});

const resendRoute = route({
  operationId: "resendVerification",
  summary: "Mail the confirmation link again",
  tags,
  method: "post",
  path: "/auth/resend-verification",
  access: open,
  request: { body: jsonBody(EmailBody) },
  responses: { 202: json("Accepted; read your mail", Accepted) },
});

const forgotRoute = route({
  operationId: "forgotPassword",
  summary: "Mail a link to set a new password",
  tags,
  method: "post",
  path: "/auth/forgot-password",
  access: open,
  request: { body: jsonBody(EmailBody) },
  responses: { 202: json("Accepted; read your mail", Accepted) },
});

const resetRoute = route({
  operationId: "resetPassword",
  summary: "Set a new password by a mailed token",
  description: "The token works once. Every session ends at once.",
  tags,
  method: "post",
  path: "/auth/reset-password",
  access: open,
  fails: ["invalid_token"],
  request: { body: jsonBody(ResetBody) },
  responses: { 200: json("The password is set; log in", Accepted) },
});

const changeRoute = route({
  operationId: "changePassword",
  summary: "Set a new password by the current one",
  description: "Every session ends at once; the answer holds the tokens of a new one.",
  tags,
  method: "post",
  path: "/auth/change-password",
  access: { scope: "sessions:manage", limit: "write" },
  request: { body: jsonBody(ChangePasswordBody) },
  responses: { 200: json("Tokens of the session that goes on", TokensBody) },
});

const refreshRoute = route({
  operationId: "refreshSession",
  summary: "Exchange a refresh token for new tokens",
  description: "Each refresh token is used once. A repeat within ten seconds gets the same successor; a later one ends the session.",
  tags,
  method: "post",
  path: "/auth/refresh",
  access: open,
  fails: ["unauthenticated"],
  request: { body: jsonBody(RefreshBody) },
  responses: { 200: json("Tokens", TokensBody) },
});

const logOutRoute = route({
  operationId: "logOut",
  summary: "End the session in use",
  tags,
  method: "post",
  path: "/auth/logout",
  access: { scope: "sessions:manage", limit: "write" },
  responses: { 200: json("The session is over", Accepted) },
});

const listRoute = route({
  operationId: "listSessions",
  summary: "Sessions that are alive",
  tags,
  method: "get",
  path: "/auth/sessions",
  access: { scope: "sessions:manage", limit: "read" },
  revalidated: true,
  responses: { 200: json("Sessions, newest first", page(SessionBody)) },
});

const endRoute = route({
  operationId: "endSession",
  summary: "End one session",
  tags,
  method: "delete",
  path: "/auth/sessions/{id}",
  access: { scope: "sessions:manage", limit: "write" },
  fails: ["not_found"],
  request: { params: IdParam },
  responses: { 200: json("The session is over", EndedBody) },
});

const endOthersRoute = route({
  operationId: "endOtherSessions",
  summary: "End every other session",
  tags,
  method: "delete",
  path: "/auth/sessions",
  access: { scope: "sessions:manage", limit: "write" },
  responses: { 200: json("How many were ended", EndedBody) },
});

const MAIL_SENT = "If the address is right, a mail is on its way.";

export const auth = createRouter()
  .openapi(signUpRoute, async (c) => {
    await signUp(openCtx(c), c.req.valid("json"));
    return c.json(accepted(MAIL_SENT), 202);
  })
  .openapi(logInRoute, async (c) => c.json(toTokens(await logIn(openCtx(c), c.req.valid("json"), device(c))), 200))
  .openapi(verifyRoute, async (c) => {
    await verifyEmail(openCtx(c), c.req.valid("query").token);
    if (c.req.header("accept")?.includes("text/html")) return showPage(c, "The address is confirmed", "You can log in now.") as never;
    return c.json(accepted("The address is confirmed. Log in."), 200);
  })
  .openapi(resendRoute, async (c) => {
    await resendVerification(openCtx(c), c.req.valid("json").email);
    return c.json(accepted(MAIL_SENT), 202);
  })
  .openapi(forgotRoute, async (c) => {
    await forgotPassword(openCtx(c), c.req.valid("json").email);
    return c.json(accepted(MAIL_SENT), 202);
  })
  .openapi(resetRoute, async (c) => {
    await resetPassword(openCtx(c), c.req.valid("json"));
    return c.json(accepted("The password is set. Log in."), 200);
  })
  .openapi(changeRoute, async (c) => c.json(toTokens(await changePassword(ctx(c), c.req.valid("json"), device(c))), 200))
  .openapi(refreshRoute, async (c) => c.json(toTokens(await refreshSession(openCtx(c), c.req.valid("json").refreshToken)), 200))
  .openapi(logOutRoute, async (c) => {
    await logOut(ctx(c));
    return c.json(accepted("You are logged out."), 200);
  })
  .openapi(listRoute, async (c) => c.json({ data: (await listSessions(ctx(c))).map(toSession), nextCursor: null }, 200))
  .openapi(endRoute, async (c) => {
    await endSession(ctx(c), c.req.valid("param").id);
    return c.json({ ended: 1 }, 200);
  })
  .openapi(endOthersRoute, async (c) => c.json({ ended: await endOtherSessions(ctx(c)) }, 200));
