export { type Answer, answerFiles } from './answer-files.ts';
export { type LabelledImages, loadLabelledImages } from './labelled-images.ts';
export { type ScoreOptions, type Scores, scoreModel } from './score-model.ts';
