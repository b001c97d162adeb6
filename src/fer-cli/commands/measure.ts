import { type Architecture, type MeasureOptions, measureModel } from '../../fer/index.ts';
import type { ActionContext } from '../program.ts';

/** What `bench` and the measurement of one model have in common. */
export interface MeasuringOptions
  extends Pick<MeasureOptions, 'seconds' | 'device' | 'threads' | 'precision'> {
  readonly batch: number;
}

/** `fer __measure MODEL`: one model in this process, whose memory is then that of the model alone. */
export async function measure(
  architecture: Architecture,
  { batch, ...options }: MeasuringOptions,
  { terminal }: ActionContext,
): Promise<void> {
  const measurement = await measureModel({ ...options, architecture, batchSize: batch });
  terminal.stdout.write(`${JSON.stringify(measurement)}\n`);
}
