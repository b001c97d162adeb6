// What prints is kit's, which both commands share; the commands of this room know it by this name.
export {
  createPainter,
  cutEnd,
  cutMiddle,
  type Paint,
  printError,
  printLine,
  printWarning,
  type Sink,
  type Style,
  type Terminal,
} from '../kit/index.ts';
