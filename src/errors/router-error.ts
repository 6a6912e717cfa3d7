import type { RouterErrorCode } from '../types/error.ts';

// A registered symbol, so that the type guards work across copies of the package.
export const brand = Symbol.for('signalbox.error');

/** The base class of signalbox errors. None of them contains a key, a prompt or a header. */
export class RouterError extends Error {
  readonly code: RouterErrorCode;

  constructor(code: RouterErrorCode, message: string) {
    super(message);
    this.name = 'RouterError';
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** An option is invalid. Thrown before anything is sent. */
export class ConfigError extends RouterError {
  /** The path of the option, such as `targets[1].model`. */
  readonly option: string;

  /** `got` must be safe to show: describe a secret instead of passing it. */
  constructor(option: string, expected: string, got: string) {
    super('config', `${option}: expected ${expected}, got ${got}`);
    this.name = 'ConfigError';
    this.option = option;
  }
}

/** The request or its call options are invalid. Nothing was sent. */
export class RequestError extends RouterError {
  /** The path of the field, such as `messages[2].content`. */
  readonly field: string;

  constructor(field: string, expected: string, got: string) {
    super('request', `${field}: expected ${expected}, got ${got}`);
    this.name = 'RequestError';
    this.field = field;
  }
}
