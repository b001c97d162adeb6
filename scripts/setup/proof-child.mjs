// Loads TensorFlow.js in its own process, multiplies two small matrices with it, and loads the engine's own operations; prints the
// library's version: proof-child.mjs ROOT KERNELS
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.argv[2] ?? '.', 'package.json'));
const util = require('node:util');
// tfjs-node 4.22 calls this function, gone since Node 23 (tensorflow/tfjs#8609).
util.isNullOrUndefined = (/** @type {unknown} */ value) => value === null || value === undefined;
/** @type {any} */
const tf = require('@tensorflow/tfjs-node-gpu');
const product = tf.matMul([[1, 2]], [[3], [4]]).dataSync();
if (product[0] !== 11) throw new Error(`1·3 + 2·4 should be 11; received ${product[0]}`);
require(process.argv[3] ?? '');
console.log(`TF_Version=${tf.backend().binding.TF_Version}`);
