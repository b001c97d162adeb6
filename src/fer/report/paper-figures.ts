/** What the paper states, in per cent: its tables, and its published checkpoints evaluated on matching data. */
export interface PaperScores {
  readonly accuracy: number;
  readonly macroF1: number;
}

export interface PaperModel {
  /** What the report's text says. */
  readonly reported: PaperScores;
  /** The last checkpoint on the 7,178 test images at JPEG quality 75, as it was trained. */
  readonly matched?: PaperScores;
  /** Of the training whose scores are reported. */
  readonly epochs: number;
  readonly remark: string;
}

/** The final models. */
export const PAPER_MODELS: Readonly<Record<string, PaperModel>> = {
  baseline: {
    reported: { accuracy: 27.77, macroF1: 11 },
    epochs: 15,
    remark: 'the report prints 0.11 %, a thresholded figure; arg-max macro-F1 of the same epoch was 11 %',
  },
  resnet: {
    reported: { accuracy: 57.36, macroF1: 50.32 },
    matched: { accuracy: 57.3, macroF1: 50.23 },
    epochs: 40,
    remark: 'not the configuration that the report names',
  },
  mobilenetv2: {
    reported: { accuracy: 47.69, macroF1: 42.26 },
    matched: { accuracy: 57.9, macroF1: 50.83 },
    epochs: 15,
    remark: 'evaluated by the paper on images of another encoding than it was trained on',
  },
};

export const PAPER_SWEEP_EPOCHS = 15;

/** One row of the paper's tables 1 and 2: the last epoch, on the test set. */
export interface PaperSweepRow extends PaperScores {
  readonly happyF1: number;
  readonly disgustF1: number;
}

/** By configuration name. The report's table 2 prints 17.34 as happy F1 of drop0-wd1e4; that is its fear F1. */
export const PAPER_SWEEP: Readonly<Record<string, PaperSweepRow>> = {
  'resnet-adam-lr3-drop0': { accuracy: 47.6, macroF1: 40.95, happyF1: 76.3, disgustF1: 14.77 },
  'resnet-adam-lr3-drop15': { accuracy: 45.2, macroF1: 32.99, happyF1: 72.1, disgustF1: 17.82 },
  'resnet-adam-lr2-drop15': { accuracy: 37.3, macroF1: 27.93, happyF1: 61.6, disgustF1: 4.11 },
  'resnet-adam-lr3-drop20': { accuracy: 45.9, macroF1: 35.96, happyF1: 74.4, disgustF1: 10.8 },
  'resnet-sgd-lr3-drop15': { accuracy: 42, macroF1: 33.65, happyF1: 63.4, disgustF1: 3.54 },
  'mobilenetv2-adam-lr3-drop0-wd0': { accuracy: 31.7, macroF1: 24.92, happyF1: 66.35, disgustF1: 7.22 },
  'mobilenetv2-adam-lr3-drop0-wd1e4': { accuracy: 41.08, macroF1: 32.71, happyF1: 73.66, disgustF1: 11.61 },
  'mobilenetv2-adam-lr3-drop15-wd0': { accuracy: 42.76, macroF1: 36.73, happyF1: 75.81, disgustF1: 9.07 },
  'mobilenetv2-adam-lr3-drop15-wd1e4': { accuracy: 42.96, macroF1: 33.56, happyF1: 74.32, disgustF1: 9.44 },
  'mobilenetv2-sgd-lr3-drop15-wd1e4': { accuracy: 32.13, macroF1: 26.13, happyF1: 56.73, disgustF1: 2.66 },
};

/** Which of the paper's figures show the same of the same model or input. */
const PAPER_FIGURES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  resnet: { sweepAccuracy: 5, sweepMacroF1: 6, classes: 9, loss: 10, tsne: 11, tsne3d: 12 },
  mobilenetv2: { sweepAccuracy: 13, sweepMacroF1: 14, classes: 17, loss: 18, tsne: 19, tsne3d: 20 },
  pixels: { tsne: 3 },
};

/** ` (the paper's figure 9)`, for a caption; nothing where the paper has none. */
export function paperFigure(kind: string, key: string): string {
  const number = PAPER_FIGURES[key]?.[kind];
  return number === undefined ? '' : ` (the paper's figure ${number})`;
}
