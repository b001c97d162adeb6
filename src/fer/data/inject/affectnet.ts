import { compareBytes, FermentError } from '../../../kit/index.ts';
import { labelOfName } from '../class-names.ts';
import { type FileTree, hasCsvName, isSystemFile, type TreeFile } from '../tree/index.ts';
import { findAnnotationFiles } from './affectnet-arrays.ts';
import { readAnnotations } from './affectnet-csv.ts';
import { type CandidateSource, candidateSource, fileCandidate } from './candidate.ts';
import { findClassFolders, isCandidateFile } from './class-folders.ts';
import { indexImages } from './listed-image.ts';

/** AffectNet's expression codes 0 to 6; 7 contempt, 8 none, 9 uncertain, 10 no face are no classes here. */
const EXPRESSIONS = ['neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'anger'] as const;

/** The label for a code of AffectNet; undefined for those that are no class here. */
export function labelOfExpression(code: number): number | undefined {
  const name = EXPRESSIONS[code];
  return name === undefined ? undefined : labelOfName(name);
}

/**
 * Candidates from a copy of AffectNet in any of its layouts: annotation CSVs beside the images (cut to the face box),
 * `images/N.jpg` with `annotations/N_exp.npy`, or folders by class (`class001`, `0` to `7`, or names).
 * Throws DATA_LAYOUT when it is none of them, DATA_DAMAGED for a damaged annotation.
 */
export async function openAffectNet(tree: FileTree): Promise<CandidateSource> {
  const csvs = tree.files.filter((file) => hasCsvName(file.path) && !isSystemFile(file.path));
  if (csvs.length > 0) return fromCsv(tree, csvs);
  const arrays = await findAnnotationFiles(tree.files);
  if (arrays.length > 0) {
    const known = arrays.flatMap(({ file, code }) => {
      const label = labelOfExpression(code);
      return label === undefined ? [] : [fileCandidate(file, label)];
    });
    return candidateSource(known, { otherExpression: arrays.length - known.length }, tree.close);
  }
  refuseUnannotated(tree);
  return findClassFolders(tree, labelOfFolder);
}

async function fromCsv(tree: FileTree, csvs: readonly TreeFile[]): Promise<CandidateSource> {
  const findImage = indexImages(tree.files.filter(isCandidateFile));
  const skipped = { otherExpression: 0, imageMissing: 0, imageAmbiguous: 0, listedAgain: 0 };
  const seen = new Set<string>();
  const candidates = [];
  for (const csv of csvs) {
    for await (const { path, code, face } of readAnnotations(await csv.open(), csv.path)) {
      const label = labelOfExpression(code);
      const file = findImage(path, csv.path);
      if (label === undefined) skipped.otherExpression++;
      else if (typeof file === 'string') skipped[file]++;
      else if (seen.has(file.path)) skipped.listedAgain++;
      else {
        seen.add(file.path);
        candidates.push(fileCandidate(file, label, face));
      }
    }
  }
  candidates.sort((a, b) => compareBytes(a.source, b.source));
  return candidateSource(candidates, skipped, tree.close);
}

/** `class001` is code 0; a bare digit is the code itself; else a name. */
function labelOfFolder(folder: string): number | undefined {
  const numbered = /^class0*([1-9]\d*)$/i.exec(folder)?.[1];
  if (numbered !== undefined) return labelOfExpression(Number(numbered) - 1);
  return /^\d$/.test(folder) ? labelOfExpression(Number(folder)) : labelOfName(folder);
}

/** The folders of the annotated release are numbers too, but mean nothing: without its CSV, `3/` is not "surprise". */
function refuseUnannotated(tree: FileTree): void {
  const numbers = tree.files.map((file) => Number(/(?:^|\/)(\d+)\/[^/]+$/.exec(file.path)?.[1] ?? -1));
  const largest = numbers.reduce((a, b) => Math.max(a, b), -1);
  if (largest <= 10) return;
  throw new FermentError(
    'DATA_LAYOUT',
    `${tree.name} needs AffectNet's annotation CSV beside its images. Received: numbered folders up to ${largest} and no CSV.`,
    { hint: 'Put training.csv into the folder that inject.path names.' },
  );
}
