// Writes docs/cli.md from the command table, so that page and command cannot differ. `npm run docs`; a test compares.
import { writeFileSync } from 'node:fs';
import { renderCommandPage } from './command-page.ts';

writeFileSync('docs/cli.md', renderCommandPage());
