/** The names of pipeline files; where both stand in one folder, the first counts. */
export const PIPELINE_FILES = ['pipeline.yaml', 'dvc.yaml'] as const;
