// Runs set-up in a process of its own with a context that a test hands in as JSON: run-setup.mjs CONTEXT STEP…

import { addon } from '../../../scripts/setup/addon.mjs';
import { createContext } from '../../../scripts/setup/context.mjs';
import { kernels } from '../../../scripts/setup/kernels.mjs';
import { link } from '../../../scripts/setup/link.mjs';
import { setUp } from '../../../scripts/setup/main.mjs';
import { packages } from '../../../scripts/setup/packages.mjs';
import { tensorflow } from '../../../scripts/setup/tensorflow.mjs';
import { tools } from '../../../scripts/setup/tools.mjs';

const [context = '{}', ...names] = process.argv.slice(2);
const steps = [tools, packages, tensorflow, link, addon, kernels].filter((step) => names.includes(step.name));
process.exitCode = await setUp(createContext(JSON.parse(context)), steps);
