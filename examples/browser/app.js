// The page: a picture or the camera, a square on it, and what the net says of the square.
import { cutSquare, grayOf, SIDE, standardize } from './face.js';

const element = (id) => document.getElementById(id);
const picture = element('picture');
const status = element('status');

/** What is looked at (an image or the camera), and the square's centre and side as shares of it. */
const state = { source: undefined, width: 0, height: 0, x: 0.5, y: 0.5, size: 1 };
let net;

async function loadNet() {
  const [model, info] = await Promise.all([
    globalThis.tf.loadLayersModel('model/model.json'),
    fetch('model/model-info.json').then((answer) => answer.json()),
  ]);
  net = { model, classes: info.classes, temperature: info.temperature ?? 1 };
  status.textContent = 'Open a picture, or use the camera.';
  look();
}

/** The square in pixels of the source, inside of it. */
function square() {
  const { width, height, x, y, size } = state;
  const side = Math.max(SIDE / 2, size * Math.min(width, height));
  const within = (centre, length) => Math.min(Math.max(centre * length - side / 2, 0), length - side);
  return { x: within(x, width), y: within(y, height), side };
}

function draw() {
  const { source, width, height } = state;
  picture.height = Math.round((picture.width * height) / width);
  const context = picture.getContext('2d');
  const scale = picture.width / width;
  context.drawImage(source, 0, 0, picture.width, picture.height);
  const { x, y, side } = square();
  context.lineWidth = 3;
  context.strokeStyle = '#e69f00';
  context.strokeRect(x * scale, y * scale, side * scale, side * scale);
}

function look() {
  if (state.source === undefined) return;
  draw();
  const small = cutSquare(state.source, square());
  const gray = grayOf(small.getContext('2d').getImageData(0, 0, SIDE, SIDE).data);
  showFace(gray);
  if (net !== undefined) showAnswers(answer(gray));
}

function answer(gray) {
  const { tf } = globalThis;
  const probabilities = tf.tidy(() => {
    const image = tf.tensor4d(standardize(gray), [1, SIDE, SIDE, 1]);
    return net.model.predict(image).div(net.temperature).softmax().dataSync();
  });
  return net.classes.map((name, i) => ({ name, share: probabilities[i] })).sort((a, b) => b.share - a.share);
}

function showFace(gray) {
  const image = new ImageData(SIDE, SIDE);
  for (const [i, value] of gray.entries()) image.data.set([value, value, value, 255], 4 * i);
  element('face').getContext('2d').putImageData(image, 0, 0);
}

function showAnswers(answers) {
  status.textContent = 'What the net sees, and what it says:';
  element('answers').replaceChildren(
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

function take(source, width, height) {
  Object.assign(state, { source, width, height, x: 0.5, y: 0.5 });
  look();
}

element('file').addEventListener('change', async ({ target }) => {
  const [file] = target.files;
  if (file === undefined) return;
  try {
    const image = await createImageBitmap(file);
    stopCamera();
    take(image, image.width, image.height);
  } catch {
    status.textContent = `${file.name} is no picture that this browser can read.`;
  }
});

let stream;
element('camera').addEventListener('click', async () => {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user' } });
  } catch (error) {
    status.textContent = `There is no camera to use: ${error.message}.`;
    return;
  }
  const video = Object.assign(document.createElement('video'), { srcObject: stream, playsInline: true });
  await video.play();
  take(video, video.videoWidth, video.videoHeight);
  const next = () => {
    if (state.source !== video) return;
    look();
    requestAnimationFrame(next);
  };
  next();
});

function stopCamera() {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

picture.addEventListener('pointerdown', move);
picture.addEventListener('pointermove', (event) => event.buttons === 1 && move(event));
function move({ offsetX, offsetY }) {
  Object.assign(state, { x: offsetX / picture.clientWidth, y: offsetY / picture.clientHeight });
  look();
}

element('size').addEventListener('input', ({ target }) => {
  state.size = Number(target.value) / 100;
  look();
});

loadNet().catch((error) => {
  status.textContent = `The net could not be loaded: ${error.message}. Start the page with: node examples/browser/serve.js`;
});
