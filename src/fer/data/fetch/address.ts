/** What is asked for at an address: it without user and password, and the header that carries these. */
export interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Takes user and password out of an address, which `fetch` refuses to ask for otherwise (RFC 7617: Basic). */
export function withoutLogin(address: string): Asked {
  const url = new URL(address);
  const { username, password } = url;
  if (username === '' && password === '') return { url: address, headers: {} };
  url.username = '';
  url.password = '';
  const login = Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64');
  return { url: url.href, headers: { authorization: `Basic ${login}` } };
}

/** An address as messages and reports show it: without user, password and query, which may be secret. */
export function withoutSecrets(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname;
}

/** Another's words with every address in them as we show it. */
export function scrubAddresses(text: string): string {
  return text.replace(/\bhttps?:\/\/[^\s'"<>]+/gi, (address) =>
    URL.canParse(address) ? withoutSecrets(address) : 'an address',
  );
}

/**
 * What was given in place of an address, for the message that refuses it: nothing before an @ and after a ? is shown.
 */
export function scrubNoAddress(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1').replace(/[?#].*$/s, '');
}

/** What the address has percent-encoded; a lone % stands for itself. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
