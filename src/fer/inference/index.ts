export { type Answer, answerFiles } from './answer-files.ts';
export { type ScoreOptions, type Scores, scoreModel } from './score-model.ts';
