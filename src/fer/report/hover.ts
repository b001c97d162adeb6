import { escapeText } from '../../kit/index.ts';
import type { HoverPoints } from './document.ts';

/** Of the units of a figure: a point is said to be under the pointer up to so far away. */
const REACH = 9;

/** The attributes of a figure whose points can be asked: places in tenths of a unit and classes, as base64. */
export function hoverAttributes({ positions, labels, answers, classes }: HoverPoints): string {
  const places = Uint16Array.from(positions, (value) => Math.round(value * 10));
  const attributes = {
    points: base64(new Uint8Array(places.buffer)),
    labels: base64(labels),
    ...(answers === undefined ? {} : { answers: base64(answers) }),
    classes: classes.join(','),
  };
  return Object.entries(attributes)
    .map(([name, value]) => ` data-${name}="${escapeText(value)}"`)
    .join('');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** Says what the point next to the pointer is. Without scripts the page lacks that and nothing else. */
export const HOVER_SCRIPT = `
for (const figure of document.querySelectorAll('figure[data-points]')) {
  const bytes = (text) => Uint8Array.from(atob(text ?? ''), (c) => c.charCodeAt(0));
  const { points, labels, answers, classes } = figure.dataset;
  const places = new Uint16Array(bytes(points).buffer);
  const truth = bytes(labels);
  const said = bytes(answers);
  const names = classes.split(',');
  const svg = figure.querySelector('svg');
  const ring = document.createElementNS(svg.namespaceURI, 'circle');
  ring.setAttribute('r', 5);
  ring.setAttribute('class', 'ring');
  const tip = document.createElement('div');
  tip.className = 'tip';
  tip.setAttribute('role', 'status');
  const leave = () => { ring.remove(); tip.remove(); };
  // A finger that is lifted has left too: what it touched stays until another place is touched.
  svg.addEventListener('pointerleave', (event) => { if (event.pointerType !== 'touch') leave(); });
  const tell = (event) => {
    const box = svg.getBoundingClientRect();
    const scale = svg.viewBox.baseVal.width / box.width;
    const x = (event.clientX - box.left) * scale;
    const y = (event.clientY - box.top) * scale;
    let best = -1;
    let least = ${REACH} ** 2;
    for (let i = 0; i < truth.length; i++) {
      const far = (places[2 * i] / 10 - x) ** 2 + (places[2 * i + 1] / 10 - y) ** 2;
      if (far < least) { least = far; best = i; }
    }
    if (best < 0) return leave();
    const [px, py] = [places[2 * best] / 10, places[2 * best + 1] / 10];
    ring.setAttribute('cx', px);
    ring.setAttribute('cy', py);
    svg.append(ring);
    const isRight = said[best] === truth[best];
    const answer = said.length === 0 ? '' : isRight ? ', answered so' : ', answered ' + names[said[best]];
    tip.textContent = names[truth[best]] + answer;
    const around = figure.getBoundingClientRect();
    figure.append(tip);
    const at = px / scale + box.left - around.left;
    const isTooFar = at + 12 + tip.offsetWidth > around.width;
    tip.style.left = (isTooFar ? Math.max(0, at - 12 - tip.offsetWidth) : at + 12) + 'px';
    tip.style.top = py / scale + box.top - around.top + 'px';
  };
  svg.addEventListener('pointermove', tell);
  svg.addEventListener('pointerdown', tell);
}
`;
