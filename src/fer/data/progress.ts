/** How far a long piece of work is; what a stage passes on to the runner. */
export interface DataProgress {
  readonly done: number;
  readonly total: number;
  /** What is counted: `image`, `byte`, `line`. */
  readonly unit: string;
  /** What is going on, a few words. */
  readonly text?: string;
}

/** Ways to report that every long function of this folder takes. */
export interface DataReporting {
  readonly onProgress?: ((progress: DataProgress) => void) | undefined;
  /** Something that the person who runs the pipeline should know, though the work goes on. */
  readonly onWarning?: ((text: string) => void) | undefined;
}
