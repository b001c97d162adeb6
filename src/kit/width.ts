import { stripVTControlCharacters } from 'node:util';

/** Letters of East Asian scripts and emoji, which take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/gu;
const MARKS = /\p{Mn}/gu;

/** How many columns text takes on a terminal; colours take none. */
export function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  const plain = stripVTControlCharacters(text).replace(MARKS, '');
  return [...plain].length + (plain.match(WIDE)?.length ?? 0);
}
