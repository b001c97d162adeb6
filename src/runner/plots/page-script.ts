/**
 * The page's only script: shows the values of the stop that is nearest to the pointer, or that the arrow keys chose.
 * What stands in the data of a plot is put there as text, never as markup.
 */
export const PAGE_SCRIPT = `
'use strict';
for (const plot of document.querySelectorAll('.plot')) {
  const svg = plot.querySelector('svg');
  const tip = plot.querySelector('.tip');
  const view = svg.viewBox.baseVal;
  let data, group, at = -1;
  const load = () => (data ??= JSON.parse(plot.querySelector('script').textContent));
  const make = (name, attributes, parent) => {
    const node = parent.appendChild(document.createElementNS('http://www.w3.org/2000/svg', name));
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    return node;
  };
  const hide = () => { at = -1; tip.hidden = true; group?.replaceChildren(); };
  const show = (index) => {
    const stop = load().s[index];
    if (!stop || index === at) return;
    at = index;
    const [x, y, title, lines, dots] = stop;
    group ??= make('g', { class: 'focus' }, svg);
    group.replaceChildren();
    if (data.m === 'x') make('line', { x1: x, x2: x, y1: 10, y2: svg.querySelector('.axis').getAttribute('y1') }, group);
    for (const [dy, color] of dots) make('circle', { class: 'c' + color, cx: x, cy: dy, r: data.m === 'x' ? 4 : 6 }, group);
    if (!dots.length) make('circle', { class: 'ring', cx: x, cy: y, r: 3 }, group);
    tip.replaceChildren();
    tip.appendChild(document.createElement('strong')).textContent = title;
    for (const [name, value, color] of lines) {
      const line = tip.appendChild(document.createElement('span'));
      if (color !== undefined) line.appendChild(document.createElement('i')).className = 'c' + color;
      line.appendChild(document.createElement('em')).textContent = name;
      line.append(' ', value);
    }
    tip.hidden = false;
    const box = svg.getBoundingClientRect();
    const scale = box.width / view.width;
    const left = x * scale, top = y * scale;
    // On a telephone a chart is wider than the screen, and scrolls.
    const from = plot.scrollLeft, room = from + plot.clientWidth - tip.offsetWidth;
    const beside = left + 12 > room ? left - tip.offsetWidth - 12 : left + 12;
    tip.style.left = Math.max(from, Math.min(room, beside)) + 'px';
    tip.style.top = Math.max(0, Math.min(box.height - tip.offsetHeight, top - tip.offsetHeight / 2)) + 'px';
  };
  const near = (event) => {
    const box = svg.getBoundingClientRect();
    const scale = view.width / box.width;
    const px = (event.clientX - box.left) * scale, py = (event.clientY - box.top) * scale;
    let best = -1, least = Infinity;
    load().s.forEach(([x, y], i) => {
      const far = (x - px) ** 2 + (data.m === 'x' ? 0 : (y - py) ** 2);
      if (far < least) { least = far; best = i; }
    });
    show(best);
  };
  plot.addEventListener('pointermove', near);
  plot.addEventListener('pointerdown', near);
  // A finger that is lifted has left too: what it chose stays until another place is touched.
  plot.addEventListener('pointerleave', (event) => { if (event.pointerType !== 'touch') hide(); });
  plot.addEventListener('blur', hide);
  plot.addEventListener('keydown', (event) => {
    const last = load().s.length - 1;
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (event.key === 'Escape') return hide();
    if (to === undefined) return;
    event.preventDefault();
    show(Math.max(0, Math.min(last, to)));
  });
}
`;
