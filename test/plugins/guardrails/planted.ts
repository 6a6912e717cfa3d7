/** Secrets and personal data for tests. None of them is in use. */
export const planted = {
  github: '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',
  slack: 'xoxb-23984754863-2348975623103',
  aws: 'AKIAIOSFODNN7EXAMPLQ',
  jwt: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4ifQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
  password: 'hunter2Xq9vZ',
  basic: 'https://bob:s3cr3tPa55@db.example.org',
  email: 'ada.lovelace@analytical.example',
  card: '4111 1111 1111 1111',
  iban: 'DE89 3704 0044 0532 0130 00',
  phone: '+49 30 901820',
  ip: '203.0.113.77',
  ssn: '219-09-9999',
} as const;

/** A private key that is long enough to be one, and is none. */
export const privateKey = [
  '-----BEGIN RSA PRIVATE KEY-----',
  ...Array.from(
    { length: 12 },
    (_, row) => `MIIEpAIBAAKCAQEAr${row}pXw9kQz7fJ2mY4nT6vB8cL1sD3gH5jK0aQeWrTyUiOp${row}x`,
  ),
  '-----END RSA PRIVATE KEY-----',
].join('\n');
