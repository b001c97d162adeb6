/** What early stopping remembers; JSON, so that it goes into a checkpoint as it is. */
export interface StoppingState {
  readonly bestLoss: number | null;
  /** Epochs in a row whose loss was not strictly below the best. */
  readonly badEpochs: number;
}

export const STOPPING_START: StoppingState = { bestLoss: null, badEpochs: 0 };

/** What is known after an epoch; better means strictly lower. */
export function watchLoss(state: StoppingState, validationLoss: number): StoppingState {
  if (state.bestLoss === null || validationLoss < state.bestLoss)
    return { bestLoss: validationLoss, badEpochs: 0 };
  return { ...state, badEpochs: state.badEpochs + 1 };
}

/** True when `patience` epochs in a row were not better; null never stops. */
export function shouldStop(state: StoppingState, patience: number | null): boolean {
  return patience !== null && state.badEpochs >= patience;
}
