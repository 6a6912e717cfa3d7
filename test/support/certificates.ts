import tls from 'node:tls';

/**
 * Certificates for tests, of an authority that needs no trust: `expired` is for 127.0.0.1 and ended in 2021;
 * `elsewhere` holds until 2120, but for another host. `here` is its own authority, for 127.0.0.1 until 2120. All have the same
 * key, which protects nothing.
 */
export const certificates = {
  authority: `-----BEGIN CERTIFICATE-----
MIIBnTCCAUOgAwIBAgIUT4zZfOcJVC4y8WhydZbdmhZL+hYwCgYIKoZIzj0EAwIw
IzEhMB8GA1UEAwwYc2lnbmFsYm94IHRlc3QgYXV0aG9yaXR5MCAXDTI2MTEyMTA3
NTIzN1oYDzIxMjYxMDI4MDc1MjM3WjAjMSEwHwYDVQQDDBhzaWduYWxib3ggdGVz
dCBhdXRob3JpdHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATSGahA/6J2GZn5
BkOYWACLiwjKcEhvndcWzpy0mAAbTs+z7O8fmmP34uyic9Pnk110fBTza5jahn+o
vvljIOw9o1MwUTAdBgNVHQ4EFgQUuHB5jjwG90oAV0g/9wxVnxhgr8kwHwYDVR0j
BBgwFoAUuHB5jjwG90oAV0g/9wxVnxhgr8kwDwYDVR0TAQH/BAUwAwEB/zAKBggq
hkjOPQQDAgNIADBFAiEAqrodO+0o2LSUMPIG3Ta2ci/1eU4g2rftaYm4LKOYSiYC
IAHsMtDryVayZB5rCkqU9PPQhCV83nys+e1ngRhWFagm
-----END CERTIFICATE-----
`,
  key: `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIMmQK46M5p8UYdXo+oKKcXzBiX+SgHjFZiu2Sb7DH83EoAoGCCqGSM49
AwEHoUQDQgAEN/AAmd18rBYZuzwmvsX7V/CYTrYsY9uupJ84hI30lcOo5gP9MMf1
mXFNZePA6y9EiGtKJtd5XrF48N6j4lfIPw==
-----END EC PRIVATE KEY-----
`,
  expired: `-----BEGIN CERTIFICATE-----
MIIBgTCCASigAwIBAgIBATAKBggqhkjOPQQDAjAjMSEwHwYDVQQDDBhzaWduYWxi
b3ggdGVzdCBhdXRob3JpdHkwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAw
WjASMRAwDgYDVQQDDAdleHBpcmVkMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
N/AAmd18rBYZuzwmvsX7V/CYTrYsY9uupJ84hI30lcOo5gP9MMf1mXFNZePA6y9E
iGtKJtd5XrF48N6j4lfIP6NeMFwwGgYDVR0RBBMwEYcEfwAAAYIJbG9jYWxob3N0
MB0GA1UdDgQWBBSHMADE1pMh9o2pL+aBEc1Z9XKwjzAfBgNVHSMEGDAWgBS4cHmO
PAb3SgBXSD/3DFWfGGCvyTAKBggqhkjOPQQDAgNHADBEAiB9W4qxBpg54h2pHaWd
GMZCaQExNYJX+kvwxyCaaBuE5AIgBL4CXjsTUKdQ07Ng3Xth73ygJ6VXlV9e8rGy
UoGhmCU=
-----END CERTIFICATE-----
`,
  elsewhere: `-----BEGIN CERTIFICATE-----
MIIBiDCCAS6gAwIBAgIBAjAKBggqhkjOPQQDAjAjMSEwHwYDVQQDDBhzaWduYWxi
b3ggdGVzdCBhdXRob3JpdHkwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAw
MDBaMBQxEjAQBgNVBAMMCWVsc2V3aGVyZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABDfwAJndfKwWGbs8Jr7F+1fwmE62LGPbrqSfOISN9JXDqOYD/TDH9ZlxTWXj
wOsvRIhrSibXeV6xePDeo+JXyD+jYDBeMBwGA1UdEQQVMBOCEWVsc2V3aGVyZS5l
eGFtcGxlMB0GA1UdDgQWBBSHMADE1pMh9o2pL+aBEc1Z9XKwjzAfBgNVHSMEGDAW
gBS4cHmOPAb3SgBXSD/3DFWfGGCvyTAKBggqhkjOPQQDAgNIADBFAiBDwQwzwcEh
Tg4rHr1lX0W2mQaQ41ajIW1Yuxt1w1CTpAIhAPYuAFNkS6o0PBqumERhJkGF+ipa
YCsZPFYU4FDEQOnE
-----END CERTIFICATE-----
`,
  here: `-----BEGIN CERTIFICATE-----
MIIBTDCB8qADAgECAgEDMAoGCCqGSM49BAMCMA8xDTALBgNVBAMMBGhlcmUwIBcN
MjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMA8xDTALBgNVBAMMBGhlcmUw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ38ACZ3XysFhm7PCa+xftX8JhOtixj
266knziEjfSVw6jmA/0wx/WZcU1l48DrL0SIa0om13lesXjw3qPiV8g/oz0wOzAa
BgNVHREEEzARhwR/AAABgglsb2NhbGhvc3QwHQYDVR0OBBYEFIcwAMTWkyH2jakv
5oERzVn1crCPMAoGCCqGSM49BAMCA0kAMEYCIQCnwrykQFZzFdMtm4oCMNrmwdTZ
zKZKbgWXsQijaFAEyQIhAMEO3JbCflfF1mYUhiCM+lt9jmQK7HHVDwc6RPac9hTW
-----END CERTIFICATE-----
`,
} as const;

/** While it plays, an authority is trusted. */
export async function trusting<T>(authority: string, play: () => Promise<T>): Promise<T> {
  const usual = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...usual, authority]);
  try {
    return await play();
  } finally {
    tls.setDefaultCACertificates(usual);
  }
}
