import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real processes, real TensorFlow: a single test may build a bundle and start Node several times.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores in CI; every worker may load an 850 MB library.
    maxWorkers: 2,
    coverage: { provider: 'v8', include: ['src/**/*.ts', 'stages/**/*.ts'] },
  },
});
