/** Wrong input on the command line: one line for the user, and exit code 2. */
export class UsageError extends Error {
  constructor(where: string, expected: string, got: string) {
    super(`${where}: expected ${expected}, got ${got}`);
    this.name = 'UsageError';
  }
}
