// What the page shows: the picture with its squares, the face as the net sees it, and the answers.
import { SIDE } from './face.js';

/** Draws the picture to the canvas' width, the faces thin and dashed, and over them the square that is looked at. */
export function showPicture(canvas, { source, width, height }, square, faces) {
  canvas.height = Math.round((canvas.width * height) / width);
  const context = canvas.getContext('2d');
  const scale = canvas.width / width;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  // Orange on black: seen on any picture.
  const outline = ({ x, y, side }, lineWidth) => {
    const [left, top, length] = [x, y, side].map((pixels) => pixels * scale);
    for (const [color, wider] of [
      ['#000', 2],
      ['#e69f00', 0],
    ]) {
      Object.assign(context, { strokeStyle: color, lineWidth: lineWidth + wider });
      context.strokeRect(left, top, length, length);
    }
  };
  context.setLineDash([6, 4]);
  for (const face of faces) outline(face, 1.5);
  context.setLineDash([]);
  outline(square, 3);
}

/** Gray pixels `[48 * 48]` on a canvas of that size. */
export function showFace(canvas, gray) {
  const image = new ImageData(SIDE, SIDE);
  for (const [i, value] of gray.entries()) image.data.set([value, value, value, 255], 4 * i);
  canvas.getContext('2d').putImageData(image, 0, 0);
}

/** A bar for each answer. */
export function showAnswers(list, answers) {
  list.replaceChildren(
    ...answers.map(({ name, share }, i) => {
      const row = document.createElement('li');
      row.className = i === 0 ? 'first' : '';
      const label = Object.assign(document.createElement('span'), { textContent: name });
      const bar = Object.assign(document.createElement('span'), { className: 'bar' });
      bar.style.width = `${100 * share}%`;
      const text = `${(100 * share).toFixed(1)} %`;
      const number = Object.assign(document.createElement('span'), { className: 'share', textContent: text });
      row.append(label, bar, number);
      return row;
    }),
  );
}
