import {
  type Configuration as HaproxyConfiguration,
  readConfiguration as readHaproxy,
  type Source,
} from '../ha/haproxy/section';
import {
  type Configuration as KeepalivedConfiguration,
  readConfiguration as readKeepalived,
} from '../ha/keepalived/configuration';
import type { Setting } from '../ha/keepalived/settings';

/** What HAProxy and keepalived of one host read: what the rules look at, also where there is no inventory. */
export interface HostFiles {
  /** Nothing where files are looked at by themselves. */
  host?: { name: string };
  haproxy: HaproxyConfiguration;
  keepalived?: KeepalivedConfiguration;
  /** The path of the keepalived.conf that the others are included by. */
  keepalivedMain: string;
  versions: Versions;
  /** The text of a file that a configuration names; nothing where nobody here has it. */
  read(path: string): string | undefined;
}

/** Of what runs, such as "2.4" and "2.2.8"; nothing where nobody knows. */
export interface Versions {
  haproxy?: string;
  keepalived?: string;
}

/** Where something stands in a file that a host has, or that was given by itself. */
export interface FilePlace {
  host?: string;
  file: string;
  /** 1-based, as `column`. */
  line?: number;
  column?: number;
}

interface Texts extends Pick<HostFiles, 'host' | 'keepalivedMain' | 'versions' | 'read'> {
  /** In the order of HAProxy's own -f. */
  haproxy: readonly Source[];
  /** By path: the main one, and all that includes could mean. */
  keepalived: ReadonlyMap<string, string>;
  /** What keepalived compares `@NAME` with. */
  configId?: string;
}

export function readHostFiles({ haproxy, keepalived, configId, ...rest }: Texts): HostFiles {
  const { keepalivedMain: main, versions } = rest;
  return {
    ...rest,
    haproxy: readHaproxy(haproxy, { ...(versions.haproxy ? { version: versions.haproxy } : {}) }),
    ...(keepalived.has(main)
      ? {
          keepalived: readKeepalived({
            files: keepalived,
            main,
            ...(versions.keepalived ? { version: versions.keepalived } : {}),
            ...(configId === undefined ? {} : { configId }),
          }),
        }
      : {}),
  };
}

interface Written {
  file?: string;
  line: number;
  column: number;
}

/** Where something that was read from the files of a host stands. */
export const placeIn = ({ host, keepalivedMain }: HostFiles, { file, line, column }: Written): FilePlace => ({
  ...(host ? { host: host.name } : {}),
  file: file ?? keepalivedMain,
  line,
  column,
});

/** Where a word of a line of haproxy.cfg stands. @param index 0 is the keyword */
export const placeOfWord = (
  files: HostFiles,
  directive: Written & { columns: readonly number[] },
  index: number,
) => placeIn(files, { ...directive, column: directive.columns[index] ?? directive.column });

/** Where a value of a line of keepalived.conf stands. @param index 0 is the one behind the keyword */
export const placeOfValue = (files: HostFiles, { at, columns }: Setting, index = 0) =>
  placeIn(files, { ...at, column: columns[index] ?? at.column });
