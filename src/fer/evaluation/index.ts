export {
  type ClassificationReport,
  type ClassScores,
  classificationReport,
} from './classification-report.ts';
