import { describe, expect, it } from 'vitest';
import {
  scrubAddresses,
  scrubNoAddress,
  withoutLogin,
  withoutSecrets,
} from '../../../../src/fer/data/fetch/address.ts';

const basic = (login: string) => ({ authorization: `Basic ${Buffer.from(login).toString('base64')}` });

describe('user and password in an address', () => {
  it.each([
    ['https://ada:s3cret@example.org/x.zip?t=1', 'https://example.org/x.zip?t=1', basic('ada:s3cret')],
    ['https://ada@example.org/x.zip', 'https://example.org/x.zip', basic('ada:')],
    ['https://a%40b:p%3Aq%C3%A9@example.org/', 'https://example.org/', basic('a@b:p:qé')],
    ['https://ada:100%@example.org/', 'https://example.org/', basic('ada:100%')],
    ['https://example.org/a@b.zip', 'https://example.org/a@b.zip', {}],
  ])('go into a header (%s)', (address, url, headers) => {
    expect(withoutLogin(address)).toEqual({ url, headers });
  });
});

describe('an address in a message', () => {
  it('is shown without user, password and query', () => {
    expect(withoutSecrets('https://ada:s3cret@example.org:8080/x.zip?token=t#f')).toBe(
      'https://example.org:8080/x.zip',
    );
    expect(scrubAddresses("Cannot ask 'http://ada:s3cret@h/x?t=1' or HTTPS://h:99999/?t=1.")).toBe(
      "Cannot ask 'http://h/x' or an address",
    );
  });

  it.each([
    ['ftp://example.org/x.zip', 'ftp://example.org/x.zip'],
    ['ftp://ada:s3cret@example.org/x.zip?token=t', 'ftp://example.org/x.zip'],
    ['ada:s3/cr@et@example.org/x.zip', 'example.org/x.zip'],
    ['http://ada:s3cret@:nonsense', 'http://:nonsense'],
    ['fer2013.zip', 'fer2013.zip'],
  ])('that is none hides what may be secret (%s)', (text, shown) => {
    expect(scrubNoAddress(text)).toBe(shown);
  });
});
