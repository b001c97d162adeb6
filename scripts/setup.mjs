// Makes a checkout ready to run; `npm run repro` and `npm test` both start here.
// Old Node versions must be able to parse this file, so that they get a sentence instead of a SyntaxError.
import { checkNodeVersion } from './setup/node-version.mjs';

const complaint = checkNodeVersion(process.versions.node);
if (complaint) {
  console.error(`setup: ${complaint}`);
  process.exitCode = 1;
} else if (process.env.FERMENT_SKIP_SETUP !== '1') {
  import('./setup/main.mjs')
    .then((setup) => setup.main())
    .catch((error) => {
      console.error(`setup: scripts/setup/ is not complete: git checkout scripts (${error.message})`);
      process.exitCode = 1;
    });
}
