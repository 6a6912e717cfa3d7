import type { Socket } from 'node:net';
import type { Behavior } from '../../support/fault-server.ts';
import {
  ask,
  eachWay,
  type Facts,
  failedOver,
  healthy,
  onStage,
  type Row,
  turns,
  until,
  verdict,
} from '../stage.ts';
import { type How, ownTransport, words } from '../vendors.ts';

/** Connections that are idle when they are cut. */
const idle = 3;

/** A status, and a body that begins and neither goes on nor ends. */
const endless =
  (status: number): Behavior =>
  (response) => {
    const later = status === 429 ? { 'retry-after': '7' } : {};
    response.writeHead(status, { 'content-type': 'application/json', ...later });
    response.write('{"error":');
  };

/** What happens to connections between and after requests. */
export const connections: readonly Row[] = [
  {
    number: 74,
    fault: 'all idle connections are cut before anything is read of it; there is no other target',
    vendors: ownTransport,
    expected: () => {
      const seen: Facts = {
        answer: 'T1',
        attempts: ['T1 network', 'T1 success'],
        hits: 1,
        waited: 0,
        cut: idle,
        against: 'nothing',
      };
      return { chat: seen, stream: seen };
    },
    play: (vendor) =>
      eachWay((how) =>
        onStage(vendor, { targets: ['T1'] }, async (stage) => {
          const sockets = new Set<Socket>();
          const together: Behavior = async (response, received) => {
            if (response.socket !== null) sockets.add(response.socket);
            await until(() => stage.t1.received.length === idle);
            await healthy(vendor, words)(response, received);
          };
          stage.t1.behave(together);
          await Promise.all(Array.from({ length: idle }, () => ask(stage, how).seen));
          await turns(); // until the connections are free
          stage.t1.behave(healthy(vendor, words));
          for (const socket of sockets) socket.resetAndDestroy();
          const seen = await ask(stage, how).seen;
          return { ...seen, waited: stage.clock.now(), cut: sockets.size, against: verdict(stage) };
        }),
      ),
  },
  {
    number: 75,
    fault: 'status 503, or 429 with Retry-After, and a body that never ends',
    vendors: ownTransport,
    expected: () => {
      const seen = (kind: string, against: string): Facts => ({
        chat: failedOver({ kind, against }),
        stream: failedOver({ kind, against }),
      });
      return { 503: seen('overloaded', 'nothing'), 429: seen('rate-limit', 'cooling-down') };
    },
    async play(vendor) {
      const once = (status: number, how: How): Promise<Facts> =>
        onStage(vendor, {}, async (stage) => {
          stage.t1.behave(endless(status));
          const seen = await ask(stage, how).seen;
          return { ...seen, waited: stage.clock.now(), against: verdict(stage) };
        });
      // Side by side, because each waits for the body for a moment of real time.
      const both = async (status: number): Promise<Facts> => {
        const [chat, stream] = await Promise.all([once(status, 'chat'), once(status, 'stream')]);
        return { chat, stream };
      };
      const [unavailable, limited] = await Promise.all([both(503), both(429)]);
      return { 503: unavailable, 429: limited };
    },
  },
];
