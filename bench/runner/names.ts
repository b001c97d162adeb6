import type { Tool } from './bench.ts';

/** The tools as the results page calls them. */
export const NAMES: Readonly<Record<Tool, string>> = {
  ferment: '**Ferment**',
  dvc: 'DVC',
  snakemake: 'Snakemake',
  wireit: 'wireit',
  turbo: 'turbo',
  make: 'GNU make',
  node: '`node -e 0`',
  keras: 'Keras',
  'keras-generator': "Keras' ImageDataGenerator",
  torch: 'PyTorch, NCHW',
  'torch-channels-last': 'PyTorch, channels last',
  torchvision: 'torchvision on Pillow',
  'bare-step': 'the bare step',
  opentsne: 'openTSNE',
  sklearn: 'scikit-learn',
};
