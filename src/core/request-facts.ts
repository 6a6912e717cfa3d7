import { RouterError } from '../errors.ts';

/** The error for calls to a closed router and for calls in flight when it closes. */
export function closedError(): RouterError {
  return new RouterError('closed', 'the router is closed');
}

export const noMetadata: Readonly<Record<string, unknown>> = Object.freeze({});
