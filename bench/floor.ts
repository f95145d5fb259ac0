import { neon, neonConfig } from "@neondatabase/serverless";

/** The floor that the API is measured against: one page of rows by Neon's driver, and nothing around it. */
export default {
  async fetch(request: Request, env: { DATABASE_URL: string; DATABASE_HTTP_URL: string }): Promise<Response> {
    neonConfig.fetchEndpoint = () => env.DATABASE_HTTP_URL;
    const sql = neon(env.DATABASE_URL);
    const user = new URL(request.url).searchParams.get("user");
    const rows = await sql.query(
      "select id, account_id, transaction_date, amount, currency, category, description, counterparty, kind from transactions where user_id = $1 and not is_deleted order by transactions.transaction_date desc, id desc limit 50",
      [user],
    );
    return Response.json(rows);
  },
};
