import { quote } from '../shell/quote';

/** Asks a host which of the paths are not there. A certificate may be in parts, by their kinds of keys. */
export const missingScript = (paths: readonly string[]): string =>
  paths
    .map((path) => {
      const parts = ['', '.rsa', '.ecdsa', '.dsa'].map((end) => `[ -e ${quote(path + end)} ]`);
      return `${parts.join(' || ')} || printf '%s\\n' ${quote(path)}`;
    })
    .join('\n');

/** Those that are not there, of its answer. */
export const readMissing = (output: string): Set<string> =>
  new Set(output.split('\n').filter((row) => row !== ''));
