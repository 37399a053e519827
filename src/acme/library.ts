// What asks an authority needs; built into a file of its own (build.mjs), which is as big as half of haprov.

export * as x509 from '@peculiar/x509';
export { Client, crypto } from 'acme-client';
