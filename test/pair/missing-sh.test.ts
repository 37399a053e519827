import { missingScript, readMissing } from '../../src/pair/missing';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

test.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))(
  '%s: what is not there is named, whatever it is called; a certificate may be in parts',
  async (_, shell) => {
    const box = new Sandbox(shell);
    try {
      const there = box.write("/etc/haproxy/it's.pem", 'x');
      const parts = box.write('/etc/haproxy/parts.pem.ecdsa', 'x').replace('.ecdsa', '');
      const gone = there.replace("it's", 'it $(is) gone');
      expect([...readMissing(await box.probe(missingScript([there, gone, parts])))]).toEqual([gone]);
    } finally {
      box.dispose();
    }
  },
);
