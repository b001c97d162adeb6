import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankRuns } from '../../../../src/fer/training/select/rank.ts';
import { selectConfigurations } from '../../../../src/fer/training/select/select.ts';
import { configs, run, select, sweepFolder, values } from './sweep-folder.ts';

describe('ranking', () => {
  it('takes the highest metric', () => {
    const { ranking, reason } = rankRuns([run('a', 0.3, 1), run('b', 0.4, 2)], select);
    expect(ranking.map((r) => r.configuration)).toEqual(['b', 'a']);
    expect(reason).toMatchInlineSnapshot(
      `"b has the highest macro-F1 on validation among 2 configurations: 0.4000, 0.1000 ahead of a."`,
    );
  });

  it('lets the lower validation loss win a tie', () => {
    const { ranking, reason } = rankRuns(
      [run('a', 0.404, 1.5), run('b', 0.4, 1.2), run('c', 0.39, 0.1)],
      select,
    );
    expect(ranking.map((r) => r.configuration)).toEqual(['b', 'a', 'c']);
    expect(reason).toMatchInlineSnapshot(
      `"b (macro-F1 0.4000) is within 0.005 of the highest macro-F1 on validation, 0.4040 of a, and has the lower validation loss: 1.2000 against 1.5000."`,
    );
  });

  it('says so when the highest has the lower loss too', () => {
    expect(rankRuns([run('a', 0.404, 1.1), run('b', 0.4, 1.2)], select).reason).toMatchInlineSnapshot(
      `"a has the highest macro-F1 on validation among 2 configurations: 0.4040, 0.0040 ahead of b, a tie that its lower validation loss wins."`,
    );
  });

  it('counts a difference of exactly the margin as a tie', () => {
    const { ranking } = rankRuns([run('a', 0.405, 2), run('b', 0.4, 1)], select);
    expect(ranking[0]?.configuration).toBe('b');
  });

  it('wants the lowest loss where loss is the metric', () => {
    const { ranking, reason } = rankRuns([run('a', 0.9, 1.5), run('b', 0.1, 1.2)], {
      ...select,
      metric: 'loss',
    });
    expect(ranking[0]?.configuration).toBe('b');
    expect(reason).toMatchInlineSnapshot(
      `"b has the lowest loss on validation among 2 configurations: 1.2000, 0.3000 ahead of a."`,
    );
  });

  it('says when there was no choice', () => {
    expect(rankRuns([run('a', 0.3, 1)], select).reason).toMatchInlineSnapshot(
      `"a is the only configuration; its macro-F1 on validation is 0.3000."`,
    );
  });

  it('always puts a run first that is within the margin of the best, and loses none', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const runs = fc.array(fc.tuple(unit, unit), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(runs, fc.double({ min: 0, max: 0.3, noNaN: true }), (scores, tieMargin) => {
        const all = scores.map(([f1, loss], i) => run(`c${i}`, f1, loss));
        const { ranking } = rankRuns(all, { metric: 'macroF1', tieMargin });
        const best = Math.max(...all.map((r) => r.macroF1));
        const first = ranking[0] ?? all[0];
        expect(new Set(ranking)).toEqual(new Set(all));
        expect(first?.macroF1).toBeGreaterThanOrEqual(best - tieMargin - 1e-9);
        for (const other of all)
          if (other.macroF1 >= best - tieMargin) expect(first?.loss).toBeLessThanOrEqual(other.loss);
      }),
    );
  });
});

describe('selecting', () => {
  it('writes the winner of each architecture with its values and the reason, and gives the table', () => {
    const { files, outs } = sweepFolder();
    expect(selectConfigurations({ select, sweep: { configs } }, files, outs)).toMatchInlineSnapshot(`
      {
        "metric": "macroF1",
        "mobilenetv2": {
          "configuration": "mobile-a",
          "reason": "mobile-a is the only configuration; its macro-F1 on validation is 0.2000.",
          "runs": {
            "mobile-a": {
              "accuracy": 0.5,
              "keptEpoch": 2,
              "loss": 1.8,
              "macroF1": 0.2,
              "rank": 1,
            },
          },
        },
        "resnet": {
          "configuration": "resnet-b",
          "reason": "resnet-b has the highest macro-F1 on validation among 2 configurations: 0.4000, 0.1000 ahead of resnet-a.",
          "runs": {
            "resnet-a": {
              "accuracy": 0.5,
              "keptEpoch": 2,
              "loss": 1.5,
              "macroF1": 0.3,
              "rank": 2,
            },
            "resnet-b": {
              "accuracy": 0.5,
              "keptEpoch": 2,
              "loss": 1.4,
              "macroF1": 0.4,
              "rank": 1,
            },
          },
        },
        "tieMargin": 0.005,
      }
    `);
    expect(JSON.parse(readFileSync(outs.resnet, 'utf8'))).toMatchInlineSnapshot(`
      {
        "architecture": "resnet",
        "configuration": "resnet-b",
        "ranking": [
          {
            "accuracy": 0.5,
            "configuration": "resnet-b",
            "keptEpoch": 2,
            "loss": 1.4,
            "macroF1": 0.4,
          },
          {
            "accuracy": 0.5,
            "configuration": "resnet-a",
            "keptEpoch": 2,
            "loss": 1.5,
            "macroF1": 0.3,
          },
        ],
        "reason": "resnet-b has the highest macro-F1 on validation among 2 configurations: 0.4000, 0.1000 ahead of resnet-a.",
        "values": {
          "dropout": 0.15,
          "learningRate": 0.01,
          "optimizer": "sgd",
          "weightDecay": 0,
        },
      }
    `);
    expect(JSON.parse(readFileSync(outs.mobilenetv2, 'utf8'))).toMatchObject({
      architecture: 'mobilenetv2',
      configuration: 'mobile-a',
      values: { ...values, dropout: 0, weightDecay: 0.0001 },
    });
  });

  it('leaves alone the metrics of a configuration that is gone', () => {
    const folder = sweepFolder();
    folder.write('resnet-old.json', 'not even JSON');
    const files = [...folder.files, join(folder.outs.resnet, '..', 'sweep', 'resnet-old.json')];
    expect(() => selectConfigurations({ select, sweep: { configs } }, files, folder.outs)).not.toThrow();
  });

  it('refuses an architecture without configurations, before anything is written', () => {
    const { files, outs } = sweepFolder();
    const { 'mobile-a': _, ...resnets } = configs;
    expect(() => selectConfigurations({ select, sweep: { configs: resnets } }, files, outs)).toThrow(
      expect.objectContaining({
        code: 'BAD_PARAMS',
        message:
          'sweep.configs needs a configuration with architecture: mobilenetv2, because train@mobilenetv2 follows. Received: none.',
      }),
    );
    expect(() => readFileSync(outs.resnet)).toThrow('ENOENT');
  });

  it('names the configurations that have no metrics', () => {
    const { files, outs } = sweepFolder();
    expect(() => selectConfigurations({ select, sweep: { configs } }, files.slice(0, 1), outs)).toThrow(
      expect.objectContaining({
        code: 'DATA_MISSING',
        message: 'Every configuration of the sweep needs its metrics. Received: none for resnet-a, resnet-b.',
      }),
    );
  });

  it.each([
    ['{"architecture": "resnet"', /resnet-a\.json is not a metrics file of the sweep/],
    ['{"architecture": "mobilenetv2"}', /'architecture' should be resnet\. Received: "mobilenetv2"/],
    ['{"architecture": "resnet", "keptEpoch": 1}', /'macroF1' should be a number\. Received: undefined/],
    ['null', /'architecture' should be resnet\. Received: undefined/],
  ])('refuses a metrics file that says %s', (text, message) => {
    const { files, outs, write } = sweepFolder();
    write('resnet-a.json', text);
    const attempt = () => selectConfigurations({ select, sweep: { configs } }, files, outs);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code: 'DATA_DAMAGED' }));
  });
});
