// Writes docs/cli.md and docs/fer.md from the command tables, so that page and command cannot differ. `npm run docs`; a test compares.
import { writeFileSync } from 'node:fs';
import { renderCommandPage, renderFerPage } from './command-page.ts';

writeFileSync('docs/cli.md', renderCommandPage());
writeFileSync('docs/fer.md', renderFerPage());
