import { namedFilesOf } from '../ha/haproxy/named-file';
import { certificatesIn } from './certificate-expires';
import { type HostFiles, placeIn } from './host-files';
import type { Found, Rule } from './subject';

/** A file that a `crt` names, and that has no certificate, or not its key. */
export const certificateUnreadable: Rule = {
  name: 'certificate-unreadable',
  checkFiles: (hosts) => hosts.flatMap(inFiles),
};

function inFiles(files: HostFiles): Found[] {
  return namedFilesOf(files.haproxy.sections).flatMap(({ what, path, directive, column }): Found[] => {
    const text = /^(?:default-)?crt$/.test(what) ? files.read(path) : undefined;
    if (text === undefined) return [];
    const { length } = certificatesIn(text);
    const written = (text.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----/g) ?? []).length;
    // A .key beside it may be on the host, where nobody here sees it.
    const hasKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text) || files.read(`${path}.key`) !== undefined;
    const without =
      length < Math.max(written, 1)
        ? 'no certificate that can be read'
        : hasKey
          ? undefined
          : `no private key, and there is no ${path}.key`;
    if (without === undefined) return [];
    return [
      {
        severity: length === 0 ? 'error' : 'warning',
        at: placeIn(files, { ...directive, column }),
        message: `${path} has ${without}`,
        why: 'HAProxy does not start without them',
        fix: 'put the certificate, its chain and its private key into the file, one PEM block after the other',
      },
    ];
  });
}
