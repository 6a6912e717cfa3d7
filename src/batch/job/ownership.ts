import { type JobHost, ownerTime, renewal } from './host.ts';

/**
 * Renews a process's right to work on a batch until it is stopped.
 *
 * @param onRenewed called after each renewal
 * @param onLost called when another process has it
 * @returns a function that stops it
 */
export function renewOwnership(
  { clock, store, owner, report }: JobHost,
  onRenewed: () => Promise<void>,
  onLost: () => void,
): () => void {
  let isOver = false;
  let cancelTimer = (): void => {};
  const renew = async (): Promise<void> => {
    if (!(await store.own(owner, ownerTime))) onLost();
    else if (!isOver) await onRenewed();
  };
  const later = (): void => {
    cancelTimer = clock.after(renewal, () => {
      renew().catch(report);
      if (!isOver) later();
    });
  };
  later();
  return () => {
    isOver = true;
    cancelTimer();
  };
}
