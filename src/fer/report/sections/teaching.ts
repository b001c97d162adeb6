import { basename } from 'node:path';
import type { Params } from '../../params/index.ts';
import type { Block } from '../document.ts';
import type { Results } from '../results.ts';
import { decimals, inModelOrder, modelName, percent } from './format.ts';

/** The parameters that say which trainings were taught, and by which nets. */
export type TeachingParams = Pick<Params, 'train' | 'teach'>;

/** Which of the trainings were taught, by whom and how well these fit the labels; nothing where none was. */
export function taughtTable({ training, teaching }: Results, { train, teach }: TeachingParams): Block[] {
  const rows = inModelOrder(training).flatMap(([key]) => {
    const { targets = null, teachers = null, targetShare } = train[key] ?? {};
    const share = percent(targetShare);
    if (teachers !== null) return [[modelName(key), `\`${teachers}\``, '–', IN_EACH_STEP, share, '–', '–']];
    if (targets === null) return [];
    // Stage teach@NAME writes its targets to a folder of this name, and its metrics to a file of it.
    const name = basename(targets);
    const measured = teaching.get(name);
    return [
      [
        modelName(key),
        `\`${teach[name]?.models ?? targets}\``,
        String(measured?.models ?? '–'),
        String(measured?.views ?? '–'),
        share,
        percent(measured?.accuracy),
        decimals(measured?.entropy, 3),
      ],
    ];
  });
  return rows.length === 0
    ? []
    : [{ kind: 'table', caption: CAPTION, rows: [HEADER, ...rows], right: RIGHT }];
}

const HEADER = ['training', 'taught by', 'teachers', 'views', 'share of the target', 'agreement', 'entropy'];
const RIGHT = [2, 3, 4, 5, 6];
const IN_EACH_STEP = 'as in the step';
const CAPTION =
  'Trainings that other nets taught: share and agreement in per cent, mean entropy of an answer in nats. Agreement with the labels is on the images that the teachers were trained on: no measure of how good they are. “As in the step”: the teachers answer each augmented image itself.';
