// Tests without network, keys or waiting: scripted providers, a manual clock, and seeded randomness.
import assert from 'node:assert/strict';
import { createRouter } from 'signalbox';
import { scriptedProvider, seededRandom, virtualClock } from 'signalbox/testing';

const clock = virtualClock();
const silent = scriptedProvider('silent', [{ hang: true }], clock);
const healthy = scriptedProvider('healthy', [{ text: 'Hello from the second target' }], clock);
const price = { input: 1, output: 2 };

const router = createRouter({
  targets: [
    { provider: silent, model: 'a', price },
    { provider: healthy, model: 'b', price },
  ],
  timeout: { firstToken: 2_000 },
  clock,
  random: seededRandom(7),
});

const opening = router.stream({ prompt: 'Hi' });
await clock.advance(2_000); // two seconds of silence, without waiting
const stream = await opening;
assert.equal(stream.target, 'healthy/b');
for await (const text of stream.textStream) process.stdout.write(text);
console.log(`\n${silent.calls.length} call to the silent target, ${clock.timers} timers left`);
