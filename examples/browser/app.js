// The page: a picture or the camera, a square on it, and what the net says of the square.
import { cutSquare, grayOf, SIDE } from './face.js';
import { openFinder } from './finder.js';
import { describe, movedBy, nextFace } from './keys.js';
import { loadNet } from './net.js';
import { showAnswers, showFace, showPicture } from './show.js';

const element = (id) => document.getElementById(id);
const [picture, status, follow, size] = ['picture', 'status', 'follow', 'size'].map(element);

/** Nothing but the middle of a picture is looked at, and no face was found. */
const START = { x: 0.5, y: 0.5, size: 1, aimed: undefined, faces: [], searched: false };
/**
 * What is looked at (an image or the camera), the square's centre and side as shares of it, the face that it is on,
 * unless a person put it elsewhere, and the faces found.
 */
const state = { source: undefined, width: 0, height: 0, ...START };
let answer;
let find;

/** The square in pixels of the source: that of a face, which may reach over the edge, or one inside of the picture. */
function square() {
  if (state.aimed !== undefined) return state.aimed;
  const { width, height, x, y } = state;
  const shorter = Math.min(width, height);
  const side = Math.min(shorter, Math.max(SIDE / 2, state.size * shorter));
  const within = (centre, length) => Math.min(Math.max(centre * length - side / 2, 0), length - side);
  return { x: within(x, width), y: within(y, height), side };
}

/** Puts the square on a face. */
function aim(face) {
  const { x, y, side } = face;
  const { width, height } = state;
  Object.assign(state, {
    aimed: face,
    x: (x + side / 2) / width,
    y: (y + side / 2) / height,
    size: side / Math.min(width, height),
  });
  size.value = String(Math.round(100 * state.size));
}

/** Puts the square elsewhere, inside of the picture. */
function putByHand(cut) {
  aim(cut);
  state.aimed = undefined;
  aim(square());
  state.aimed = undefined;
}

function look() {
  if (state.source === undefined) return;
  const cut = square();
  // Where faces were in the camera a while ago, nobody needs to know.
  const isStale = state.source instanceof HTMLVideoElement && !follow.checked;
  showPicture(picture, state, cut, isStale ? [] : state.faces);
  const small = cutSquare(state, cut);
  const gray = grayOf(small.getContext('2d').getImageData(0, 0, SIDE, SIDE).data);
  showFace(element('face'), gray);
  if (answer === undefined) return;
  showAnswers(element('answers'), answer(gray));
  status.textContent = caption();
}

function caption() {
  if (find === undefined) return 'There is no face detector here: put the square around a face.';
  if (state.searched && state.faces.length === 0) return 'No face was found: put the square around one.';
  if (state.faces.length > 1)
    return `${state.faces.length} faces. Click another, or press Enter on the picture, to see what the net says of it.`;
  return 'What the net sees, and what it says:';
}

/** Looks for faces and puts the square on the largest, unless something else is looked at by then. */
async function search() {
  const { source, width, height } = state;
  // A picture of the net's own size is a face already, as those of the data set are.
  if (find === undefined || source === undefined || Math.max(width, height) === SIDE) return;
  const faces = await find(source, width, height);
  if (source !== state.source || !follow.checked) return;
  Object.assign(state, { faces, searched: true });
  if (faces[0] !== undefined) aim(faces[0]);
  look();
}

async function take(source, width, height) {
  Object.assign(state, { source, width, height, ...START });
  size.value = '100';
  if (find !== undefined) follow.checked = true;
  look();
  await search();
}

element('file').addEventListener('change', async ({ target }) => {
  const [file] = target.files;
  if (file === undefined) return;
  let image;
  try {
    image = await createImageBitmap(file);
  } catch {
    status.textContent = `${file.name} is no picture that this browser can read.`;
    return;
  }
  stopCamera();
  await take(image, image.width, image.height);
});

let stream;
/** Also when another takes its place: a camera that nobody holds any more would stay on. */
function stopCamera() {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

element('camera').addEventListener('click', async () => {
  let started;
  try {
    started = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user' } });
  } catch (error) {
    status.textContent = `There is no camera to use: ${error.message}.`;
    return;
  }
  stopCamera();
  stream = started;
  const video = Object.assign(document.createElement('video'), { srcObject: stream, playsInline: true });
  await video.play();
  await take(video, video.videoWidth, video.videoHeight);
  const next = async () => {
    if (state.source !== video) return;
    if (find !== undefined && follow.checked) await search();
    else look();
    requestAnimationFrame(next);
  };
  await next();
});

picture.addEventListener('pointerdown', move);
picture.addEventListener('pointermove', (event) => event.buttons === 1 && move(event));
function move({ offsetX, offsetY }) {
  follow.checked = false;
  const at = { x: offsetX / picture.clientWidth, y: offsetY / picture.clientHeight };
  const [x, y] = [at.x * state.width, at.y * state.height];
  const face = state.faces.find(
    (one) => x > one.x && x < one.x + one.side && y > one.y && y < one.y + one.side,
  );
  if (face === undefined) Object.assign(state, at, { aimed: undefined });
  else aim(face);
  look();
}

element('square').addEventListener('keydown', (event) => {
  if (state.source === undefined) return;
  const face = event.key === 'Enter' ? nextFace(state.faces, state.aimed) : undefined;
  const { width, height } = state;
  const moved = face ?? movedBy(event, square(), Math.min(width, height));
  if (moved === undefined) return;
  event.preventDefault();
  follow.checked = false;
  if (moved === face) aim(face);
  else putByHand(moved);
  look();
  element('place').textContent = describe(square(), state);
});

size.addEventListener('input', () => {
  follow.checked = false;
  Object.assign(state, { size: Number(size.value) / 100, aimed: undefined });
  look();
});
follow.addEventListener('change', () => follow.checked && search());

try {
  [answer, find] = await Promise.all([loadNet(), openFinder()]);
  follow.disabled = find === undefined;
  follow.checked = find !== undefined;
  status.textContent = 'Open a picture, or use the camera.';
  look();
  await search();
} catch (error) {
  status.textContent = `The net could not be loaded: ${error.message}. Start the page with: node examples/browser/serve.js`;
}
