/** A refusal in the words of section 2.6 of the facts. */
export type FaultSpec = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly detail: string;
  readonly type: string;
  readonly element?: string;
};

export class ApiFault extends Error {
  override readonly name = "ApiFault";
  readonly spec: FaultSpec;

  constructor(spec: FaultSpec) {
    super(`${spec.code} ${spec.message}`);
    this.spec = spec;
  }
}

type Known = { readonly status: number; readonly message: string; readonly detail: string; readonly type: string };

const validation = (message: string, detail: string): Known => ({ status: 400, message, detail, type: "ValidationFault" });
const gateway = (status: number, code: string, name: string, detail: string, type: string): Known => ({
  status,
  message: `message=${name}; errorCode=${code.padStart(6, "0")}; statusCode=${status}`,
  detail,
  type,
});

/** Every code of the facts, as Intuit words it where a capture shows that, else in the manner of its neighbours. */
export const FAULTS: Readonly<Record<string, Known>> = {
  "100": { status: 401, message: "General Authentication Error", detail: "AuthenticationFailed", type: "AuthenticationFault" },
  "120": { status: 401, message: "Authorization Failure", detail: "Authorization failed", type: "AuthorizatonFault" },
  "270": { status: 401, message: "Token rejected", detail: "oauth_problem=token_rejected", type: "AUTHENTICATION" },
  "3200": gateway(401, "3200", "AuthenticationFailed", "Token expired", "AUTHENTICATION"),
  "3100": gateway(403, "3100", "ApplicationAuthorizationFailed", "The application is not authorized for this company", "SERVICE"),
  "3201": gateway(403, "3201", "AuthorizationFailed", "The user has no right to this company", "SERVICE"),
  "610": validation(
    "Object Not Found",
    "Object Not Found : Something you're trying to use has been made inactive. Check the fields with accounts, customers, items, vendors or employees.",
  ),
  "500": validation("Unsupported Operation", "Operation is not supported."),
  "2010": validation("Request has invalid or unsupported property", "Property Name:Can not parse the request body"),
  "2020": validation("Required param missing, need to supply the required value for the API", "Required parameter is missing in the request"),
  "2050": validation("String length is either shorter or longer than supported by specification", "String length is too long"),
  "2080": validation("Invalid number", "Invalid number"),
  "2500": validation("Invalid Reference Id", "Invalid Reference Id : element id is invalid"),
  "4000": validation("Error parsing query", "QueryParserError: Encountered an unexpected token"),
  "4001": validation("Invalid query", "QueryValidationError: invalid query"),
  "5010": validation("Stale Object Error", "Stale Object Error : You and another user were working on this at the same time. Your changes were not saved."),
  "6000": validation("A business validation error has occurred while processing your request", "Business Validation Error: the transaction cannot be saved"),
  "6070": validation("Amount is not equal", "The sum of the lines does not match"),
  "6140": validation("Duplicate Document Number Error", "Duplicate Document Number Error : You must specify a different number."),
  "6190": validation("Invalid Company Status", "Subscription period has ended or canceled or there was a billing problem"),
  "6210": validation(
    "Account Period Closed, Cannot Update Through Services",
    "The account period has closed and the account books cannot be updated through services",
  ),
  "6240": validation("Duplicate Name Exists Error", "The name supplied already exists."),
  "3001": gateway(429, "3001", "ThrottleExceeded", "The request limit was reached.  Try again later", "SERVICE"),
  "10000": { status: 500, message: "An application error has occurred while processing your request", detail: "System Failure Error", type: "SystemFault" },
};

export function fault(code: string, detail?: string, element?: string): ApiFault {
  const known = FAULTS[code];
  if (!known) throw new RangeError(`no fault ${code}`);
  return new ApiFault({ ...known, code, detail: detail ?? known.detail, ...(element === undefined ? {} : { element }) });
}
