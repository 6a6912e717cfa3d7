import type { RequestContext } from '../../../types/plugin.ts';
import { Vault } from './vault.ts';

/** Limits of the values kept for sessions. */
export interface SessionLimits {
  /** Milliseconds after the last request. @default 3600000 */
  readonly idle: number;
  /** Maximum number of sessions; the least recently used one is dropped. @default 10000 */
  readonly count: number;
}

/** The vaults of sessions, separate by tenant and user. They stay in this process. */
export class SessionVaults {
  readonly #limits: SessionLimits;
  /** In order of use. */
  readonly #vaults = new Map<string, { readonly vault: Vault; usedAt: number }>();

  constructor(limits: SessionLimits) {
    this.#limits = limits;
  }

  /** The vault of a request's session; `undefined` without a session. */
  of({ tenant, user, session }: RequestContext, now: number): Vault | undefined {
    if (session === undefined) return undefined;
    this.#forget(now);
    const key = JSON.stringify([tenant, user, session]);
    const vault = this.#vaults.get(key)?.vault ?? new Vault();
    this.#vaults.delete(key);
    this.#vaults.set(key, { vault, usedAt: now });
    return vault;
  }

  clear(): void {
    for (const { vault } of this.#vaults.values()) vault.clear();
    this.#vaults.clear();
  }

  #forget(now: number): void {
    // A request in flight may still use it, so it is not cleared.
    for (const [key, { usedAt }] of this.#vaults) {
      if (now - usedAt <= this.#limits.idle && this.#vaults.size <= this.#limits.count) return;
      this.#vaults.delete(key);
    }
  }
}
