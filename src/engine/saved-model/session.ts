import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../load.ts';
import type { Tensor } from '../native.ts';
import { TAG } from './graph-writer.ts';

/** A graph that TensorFlow has rewritten for this processor and holds ready. */
export interface Session {
  /** Runs it on one tensor per input name, in this order, and gives the named outputs, which the caller disposes. */
  run(inputs: readonly string[], values: readonly Tensor[], outputs: readonly string[]): Tensor[];
  close(): void;
}

/** The part of tfjs-node's back end that runs graphs; its own declarations leave it out. */
interface GraphBackend {
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  runSavedModel(
    id: number,
    inputs: readonly Tensor[],
    names: readonly { readonly name: string }[],
    outputs: readonly string[],
  ): Tensor[];
  deleteSavedModel(id: number): void;
}

/** Loads a graph. TensorFlow reads it from a folder, which is gone again when this returns. */
export function openSession(engine: Engine, savedModel: Uint8Array): Session {
  const backend = engine.tf.backend() as unknown as GraphBackend;
  const folder = mkdtempSync(join(tmpdir(), 'ferment-graph-'));
  try {
    writeFileSync(join(folder, 'saved_model.pb'), savedModel);
    const id = backend.loadSavedModelMetaGraph(folder, TAG);
    return {
      run: (inputs, values, outputs) =>
        backend.runSavedModel(
          id,
          values,
          inputs.map((name) => ({ name: `${name}:0` })),
          outputs.map((name) => `${name}:0`),
        ),
      close: () => backend.deleteSavedModel(id),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
