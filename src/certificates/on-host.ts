import type { Question } from '../host/probe';
import { call, compose } from '../shell/library';

/** A file with a certificate, on one host. */
export interface CertificateFile {
  path: string;
  /** The certificate and its chain, without the key; empty where there is none. */
  pem: string;
  /** Whether the key beside it is its own; undefined where the host could not tell. */
  keyFits?: boolean;
}

/** What a host has of HAProxy's certificates. */
export interface HostCertificates {
  /** The files that HAProxy reads, in its order. */
  configuration: { path: string; text: string }[];
  files: CertificateFile[];
  folders: string[];
  /** Texts of crt-lists, by path. */
  lists: Map<string, string>;
  /** Paths that HAProxy's files name and where nothing is. */
  missing: string[];
  /** What the running HAProxy has loaded, by path: SHA-1 in hexadecimal. Undefined where it could not be asked. */
  loaded?: Map<string, string>;
}

export const certificatesQuestion: Question = { id: 'certificates', script: call('tell_certificates') };

/** Reads what {@link certificatesQuestion} is answered. */
export function readHostCertificates(answer: string): HostCertificates {
  const found: HostCertificates = {
    configuration: [],
    files: [],
    folders: [],
    lists: new Map(),
    missing: [],
  };
  let rest: string[] = [];
  let take: (() => void) | undefined;
  let loading = '';
  const end = () => {
    take?.();
    take = undefined;
    rest = [];
  };
  for (const row of answer.split('\n')) {
    const [kind = '', value = ''] = row.split('\t');
    if (!row.includes('\t')) {
      rest.push(row);
      continue;
    }
    const own: string[] = [];
    if (kind === 'key') {
      const last = found.files.at(-1);
      if (last) last.keyFits = value === 'fits';
      continue;
    }
    end();
    rest = own;
    if (kind === 'configuration')
      take = () =>
        found.configuration.push({ path: value, text: Buffer.from(own.join(''), 'base64').toString() });
    if (kind === 'list') take = () => found.lists.set(value, Buffer.from(own.join(''), 'base64').toString());
    if (kind === 'certificate') {
      const file: CertificateFile = { path: value, pem: '' };
      found.files.push(file);
      take = () => {
        file.pem = own.join('\n').trim();
      };
    }
    if (kind === 'folder') found.folders.push(value);
    if (kind === 'missing') found.missing.push(value);
    if (kind === 'loaded') {
      loading = value;
      found.loaded ??= new Map();
    }
    if (kind === 'said') found.loaded?.set(loading, value.trim().toUpperCase());
  }
  end();
  return found;
}

/** The call that prints what is shown at places, each with the name that is asked for, if any. */
export const seeCall = (asked: readonly { place: string; name?: string }[]) =>
  call('see_certificates', ...asked.map(({ place, name = '' }) => `${place}=${name}`));

/** A script of {@link seeCall} alone. */
export const seeScript = (asked: Parameters<typeof seeCall>[0]) => compose(seeCall(asked));

/** What {@link seeCall} printed: the PEM by `PLACE=NAME`; undefined where the host has no program to ask with. */
export function readSeen(output: string): Map<string, string> | undefined {
  if (output.startsWith('no-openssl')) return undefined;
  const pieces = output.split(/^seen\t/m).slice(1);
  return new Map(
    pieces.map((piece) => {
      const [asked = '', ...pem] = piece.split('\n');
      return [asked, pem.join('\n').trim()];
    }),
  );
}
