// Writes schemas/*.json, which editors and the runner read, from the schemas in src/. A test fails when they differ.
import { writeFileSync } from 'node:fs';
import { paramsSchema } from '../src/fer/params/index.ts';
import { pipelineSchema, withoutDefaultsRequired } from '../src/runner/index.ts';

const SCHEMAS = { 'pipeline.schema.json': pipelineSchema, 'params.schema.json': paramsSchema };

for (const [name, schema] of Object.entries(SCHEMAS)) {
  writeFileSync(
    new URL(`../schemas/${name}`, import.meta.url),
    `${JSON.stringify(withoutDefaultsRequired(schema), null, 2)}\n`,
  );
}
