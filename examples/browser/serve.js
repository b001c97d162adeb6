// Serves this folder, stock TensorFlow.js and the model that comes with Ferment, to this machine only.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const tensorflow =
  folderOf('@tensorflow/tfjs') ?? end('@tensorflow/tfjs is missing in node_modules: npm run setup');
const MODEL = join(here, '../../models/fer2013');
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
};

/** The face detector's package is optional. */
const finder = folderOf('@vladmandic/face-api');

/** The folder of a package; undefined where it is not installed. */
function folderOf(name) {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return;
  }
}

/** The file that an address names. A normalised path cannot climb above its root, so none lies elsewhere. */
function fileOf(address) {
  const path = normalize(decodeURIComponent(new URL(address, 'http://localhost').pathname));
  if (path === '/') return join(here, 'index.html');
  if (path === '/tf.js') return join(tensorflow, 'dist/tf.fesm.min.js');
  if (path.startsWith('/model/')) return join(MODEL, path.slice('/model/'.length));
  if (finder !== undefined && path === '/face-api.js') return join(finder, 'dist/face-api.esm-nobundle.js');
  if (finder !== undefined && /^\/detector\/tiny_face_detector[\w.-]*$/.test(path))
    return join(finder, 'model', path.slice('/detector/'.length));
  return join(here, path);
}

const server = createServer((request, response) => {
  try {
    const file = fileOf(request.url ?? '/');
    const stats = statSync(file);
    if (!stats.isFile()) throw new Error('a folder');
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-length': stats.size });
    createReadStream(file).pipe(response);
  } catch {
    response.writeHead(404).end('Not found\n');
  }
});

const port = Number(process.argv[2] ?? 8080);
if (!Number.isInteger(port) || port < 0 || port > 65_535)
  end(`The port should be a number from 0 to 65535. Received: ${process.argv[2]}`);
server.on('error', (error) => {
  if (error.code !== 'EADDRINUSE') end(`Port ${port} cannot be had: ${error.message}`);
  end(`Port ${port} is taken. Name another: node examples/browser/serve.js ${port === 8081 ? 8082 : 8081}`);
});
server.listen(port, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}/ (stop with Ctrl-C)\n`);
});

function end(text) {
  process.stderr.write(`error: ${text}\n`);
  process.exit(1);
}
