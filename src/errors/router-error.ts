import type { RouterErrorCode } from '../types/error.ts';
import { hintFor } from './hints.ts';

// A registered symbol, so that the type guards work across copies of the package.
export const brand = Symbol.for('signalbox.error');

/** The details that an error keeps out of its message. */
export interface Unredacted {
  /** The vendor's message if a vendor's response caused the error, otherwise the error's own. */
  readonly message: string | undefined;
  /** The error of the SDK or the runtime, if there is one. */
  readonly cause: unknown;
}

/** The base class of signalbox errors. None of them contains a key, a prompt or a header. */
export class RouterError extends Error {
  /** Identifies the kind of error; see `isRouterError`. */
  declare readonly code: RouterErrorCode;

  constructor(code: RouterErrorCode, message: string) {
    super(message);
    this.name = 'RouterError';
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }

  /**
   * Returns the vendor's original message, which can quote the prompt, so check it before you log it. The router option
   * `errors: 'full'` includes it in every error during development.
   *
   * @example
   * catch (error) {
   *   if (isRouterError(error)) console.error(error.message, error.unredacted().message);
   * }
   */
  unredacted(): Unredacted {
    return { message: this.message, cause: this.cause };
  }
}

/** An option is invalid. Thrown before anything is sent. */
export class ConfigError extends RouterError {
  /** The path of the option, such as `targets[1].model`. */
  declare readonly option: string;

  /** `got` must be safe to show: describe a secret instead of passing it. */
  constructor(option: string, expected: string, got: string) {
    super('config', `${option}: expected ${expected}, got ${got}${hintFor(option, got)}`);
    this.name = 'ConfigError';
    this.option = option;
  }
}

/** The request or its call options are invalid. Nothing was sent. */
export class RequestError extends RouterError {
  /** The path of the field, such as `messages[2].content`. */
  declare readonly field: string;

  constructor(field: string, expected: string, got: string) {
    super('request', `${field}: expected ${expected}, got ${got}${hintFor(field, got)}`);
    this.name = 'RequestError';
    this.field = field;
  }
}
