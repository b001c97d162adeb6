// Where the faces are: the tiny detector of @vladmandic/face-api, asked as src/fer/inference/face-finder.ts asks it.
// It takes the page's TensorFlow.js by the import map in index.html.

const PACKAGE = './face-api.js';
const INPUT_SIDE = 416;
const LEAST_SCORE = 0.4;
/** The detector needs no more than this many pixels on the longer side. */
const PICTURE_SIDE = 1024;
/** FER2013's square has the mean side s of the detector's box, its centre this much of s to the right and up. */
const RIGHT = 0.033;
const UP = 0.125;

/** A function that finds the faces of a picture `[{x, y, side}]` in its pixels, largest first; undefined without the package. */
export async function openFinder() {
  let api;
  try {
    api = await import(PACKAGE);
  } catch {
    return;
  }
  await api.nets.tinyFaceDetector.loadFromUri('detector');
  const options = new api.TinyFaceDetectorOptions({ inputSize: INPUT_SIDE, scoreThreshold: LEAST_SCORE });
  return async (source, width, height) => {
    const scale = Math.min(1, PICTURE_SIDE / Math.max(width, height));
    const small = Object.assign(document.createElement('canvas'), {
      width: Math.round(scale * width),
      height: Math.round(scale * height),
    });
    small.getContext('2d').drawImage(source, 0, 0, small.width, small.height);
    const found = await api.detectAllFaces(small, options);
    return found.map(({ box }) => squareOf(box, scale)).sort((a, b) => b.side - a.side);
  };
}

function squareOf(box, scale) {
  const side = (box.width + box.height) / 2;
  const x = box.x + box.width / 2 + RIGHT * side - side / 2;
  const y = box.y + box.height / 2 - UP * side - side / 2;
  return { x: x / scale, y: y / scale, side: side / scale };
}
