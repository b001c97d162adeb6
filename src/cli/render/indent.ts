/** Every line of a text, so many columns further to the right. */
export function indent(text: string, columns = 2): string {
  return text.replace(/^/gm, ' '.repeat(columns));
}
