import { type Digest, digestOf, digestOfJson } from '../../kit/index.ts';
import type { Bundle } from '../bundle/bundler.ts';
import type { Graph } from '../graph/index.ts';
import type { Measured } from '../hash/measured.ts';
import type { CodeFingerprint, Inputs, ProjectPath, Stage } from '../model.ts';
import { fingerprintOf, nameInputs, outInputs, stageParams } from '../plan/index.ts';
import { expandDeps, type FoundDep, measureDeps } from './find-deps.ts';
import { isSecretName } from './lines.ts';
import type { StageGraph } from './protocol.ts';
import type { Session } from './session.ts';

/** A stage's inputs as they are now, with what is needed to run it and to check them again afterwards. */
export interface Gathered {
  readonly inputs: Inputs;
  readonly fingerprint: Digest;
  readonly deps: readonly FoundDep[];
  readonly measured: ReadonlyMap<ProjectPath, Measured>;
  /** Undefined for shell commands. */
  readonly bundle: Bundle | undefined;
}

/** Inputs that a stage declares and that are not there. */
export interface MissingInputs {
  readonly deps: ProjectPath[];
  /** As `file:key`, or the file of which all is declared. */
  readonly params: string[];
}

/** What is missing, a sentence for each. */
export function lacksOf({ deps, params }: MissingInputs): readonly string[] {
  return [
    ...deps.map((path) => `The dep ${path} is missing.`),
    ...params.map((name) => `The parameter ${name} is missing.`),
  ];
}

/**
 * Fingerprints a stage. Throws BUNDLE_FAILED, BAD_PATH, UNREADABLE, and MISSING_DEP and BAD_PARAMS unless `missing`
 * collects what is not there; it is then left out of the inputs.
 */
export async function gatherInputs(
  session: Session,
  stage: Stage,
  missing?: MissingInputs,
): Promise<Gathered> {
  const bundle =
    stage.command.kind === 'module' ? await session.bundler.bundle(stage.command.module) : undefined;
  const deps = await expandDeps(session, stage);
  const measured = await measureDeps(session, stage, deps, missing?.deps);
  const inputs: Inputs = {
    code: codeOf(stage, bundle),
    wdir: stage.wdir,
    deps: [...measured.values()].map(({ content }) => content),
    params: stageParams(session.project.params, stage, missing?.params),
    env: Object.fromEntries(stage.env.map((name) => [name, envInput(name)])),
    graph: stage.graph ? digestOfJson(stageGraph(session.graph)) : undefined,
    outs: outInputs(stage.outs),
    names: nameInputs(stage),
  };
  return { inputs, fingerprint: fingerprintOf(inputs), deps, measured, bundle };
}

/** The pipeline as a stage with `graph: true` sees it. */
export function stageGraph(graph: Graph): StageGraph {
  const stages = [...graph.stages.values()].map(({ name, desc }) =>
    desc === undefined ? { name } : { name, desc },
  );
  return { stages, edges: graph.edges };
}

function codeOf(stage: Stage, bundle: Bundle | undefined): CodeFingerprint {
  if (stage.command.kind === 'shell') return { cmd: stage.command.lines };
  const { module } = stage.command;
  if (bundle === undefined) throw new TypeError(`No bundle for ${module}`);
  return { module, bundle: bundle.bundle, packages: bundle.packages };
}

/** The lock is for everybody to read: of a secret it has the digest. */
function envInput(name: string): string | null {
  const value = process.env[name];
  if (value === undefined) return null;
  return isSecretName(name) ? `sha256:${digestOf(value)}` : value;
}
