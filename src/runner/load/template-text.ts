/** How a scalar looks in text: as DVC writes it (null as Python's None), numbers as JavaScript does. */
export function pasted(value: unknown): string {
  return value === null ? 'None' : String(value);
}
