import type { RouterErrorCode } from '../types/error.ts';

// A registered symbol, so that the guards hold across two copies of the package.
export const brand = Symbol.for('signalbox.error');

/** What an error keeps out of its message. */
export interface Unredacted {
  /** The vendor's own words where a vendor's answer was the reason, else the error's message. */
  readonly message: string | undefined;
  /** The error of the SDK or the runtime, if there is one. */
  readonly cause: unknown;
}

/** The base of every error that signalbox throws. None of them holds a key, a prompt or a header. */
export class RouterError extends Error {
  readonly code: RouterErrorCode;

  constructor(code: RouterErrorCode, message: string) {
    super(message);
    this.name = 'RouterError';
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }

  /**
   * The words behind the error that its message keeps back: the vendor's, which can quote the prompt. Check them before you log
   * them. See the router's option `errors` to have them in every message while you develop.
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

/** An option is wrong. Thrown where the option is given, before anything is sent. */
export class ConfigError extends RouterError {
  /** The path of the option, such as `targets[1].model`. */
  readonly option: string;

  /** `got` must be fit to be seen: describe a secret, never pass it. */
  constructor(option: string, expected: string, got: string) {
    super('config', `${option}: expected ${expected}, got ${got}`);
    this.name = 'ConfigError';
    this.option = option;
  }
}

/** The request or its call options are wrong. Nothing was sent. */
export class RequestError extends RouterError {
  /** The path of the field, such as `messages[2].content`. */
  readonly field: string;

  constructor(field: string, expected: string, got: string) {
    super('request', `${field}: expected ${expected}, got ${got}`);
    this.name = 'RequestError';
    this.field = field;
  }
}
