import { describe, expect, test } from 'vitest';
import { installEventPump } from '../../../../src/engine/webgpu/event-pump.ts';

const pump = installEventPump();

// A function of an addon has neither name nor source text, as this one of the engine.
const createNative = (work: () => void): (() => void) =>
  Object.defineProperty(work.bind(undefined), 'name', { value: '' });

describe('the event pump', () => {
  test('runs the callbacks of addons where somebody waits, each once', async () => {
    let runs = 0;
    setImmediate(createNative(() => runs++));
    pump.runUntil(() => runs > 0);
    expect(runs).toBe(1);
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(runs).toBe(1);
  });

  test('goes on while the callbacks ask for another turn', () => {
    let turns = 0;
    const again = createNative(() => {
      turns++;
      if (turns < 100) setImmediate(again);
    });
    setImmediate(again);
    pump.runUntil(() => turns === 100);
    expect(turns).toBe(100);
  });

  test('leaves the callbacks of JavaScript to the event loop, with their arguments', async () => {
    const seen: string[] = [];
    const done = new Promise<void>((resolve) => {
      setImmediate((text: string) => {
        seen.push(text);
        resolve();
      }, 'later');
    });
    let native = false;
    setImmediate(createNative(() => (native = true)));
    pump.runUntil(() => native);
    expect(seen).toEqual([]);
    await done;
    expect(seen).toEqual(['later']);
  });

  test('does not wait for what nobody works on', () => {
    expect(() => pump.runUntil(() => false)).toThrow('Dawn has nothing to wait for');
  });
});
