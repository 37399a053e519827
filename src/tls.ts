/** Options for TLS to whatever is there, so that it is looked at: what is old, or of an unknown issuer, is not refused. */
export const asOldAsItIs = {
  rejectUnauthorized: false,
  minVersion: 'TLSv1',
  ciphers: 'DEFAULT@SECLEVEL=0',
} as const;
