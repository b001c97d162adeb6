/** What `fetch` says of redirects that lead nowhere (Fetch standard, HTTP-redirect fetch), and what we say. */
const FAULTS: ReadonlyMap<string, string> = new Map([
  [
    'redirect count exceeded',
    'more than 20 redirects follow one another, so that they probably go in a circle',
  ],
  ['URL scheme must be a HTTP(S) scheme', 'the server redirects to what is no http or https address'],
  ['Invalid URL', 'the server redirects to what is no address'],
  [
    'cross origin not allowed for request mode "cors"',
    'the server redirects to an address with a user and a password in it',
  ],
]);

/** The reason, in a sentence, when an error of `fetch` is about redirects, which no further attempt will change. */
export function redirectFaultOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? FAULTS.get(cause.message) : undefined;
}
