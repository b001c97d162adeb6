export { annotateFiles } from './annotate.ts';
export { type Answer, type Answers, answerFiles } from './answer-files.ts';
export { type ScoreOptions, type Scores, scoreModel } from './score-model.ts';
export { shippedModel } from './shipped-model.ts';
