import { last } from '../ha/keepalived/settings';
import { type HostFiles, placeIn } from './host-files';
import { type Command, commandsOf } from './scripts';
import type { Found, Rule } from './subject';

/** Scripts of which nobody says which user runs them, and checks that their user may not make. */
export const scriptUser: Rule = {
  name: 'script-user',
  checkFiles: (hosts) => hosts.flatMap((files) => [...nobodySaid(files), ...withoutRights(files)]),
};

const since = '1.3.0';

function nobodySaid(files: HostFiles): Found[] {
  const { globals } = files.keepalived ?? {};
  const [first, ...more] = commandsOf(files).filter(({ user }) => user === undefined);
  if (!first || globals?.scriptUser) return [];
  const others = more.length === 0 ? '' : `, and ${more.length} more`;
  return [
    {
      severity: 'warning',
      at: placeIn(files, first.at),
      message: `nobody says who runs this script${others}`,
      why: globals?.enablesScriptSecurity
        ? 'keepalived takes the user keepalived_script: where a host has none, it leaves the script out, and goes on without the check'
        : 'keepalived takes the user keepalived_script, or root where a host has none: what it may do differs from host to host',
      fix: 'write "script_user USER" in global_defs, best with enable_script_security; or the user in the script’s own block',
      only: { program: 'keepalived', since },
    },
  ];
}

/** Signals, also that which only asks, are refused to other users' processes. */
const signal = /(?:^|[\s;&|(/])(killall|pkill|kill)\s+(?:-0|-s\s*0|--signal[ =]0)(?!\S)/;

function withoutRights(files: HostFiles): Found[] {
  const settings = files.keepalived?.globals.settings ?? [];
  const common = last(settings, 'script_user')?.words[0];
  return commandsOf(files)
    .filter((one) => one.isCheck && isOther(one, common) && signal.test(one.command))
    .map(
      (one): Found => ({
        severity: 'error',
        at: placeIn(files, one.at),
        message: `${one.user ?? common} may not send a signal to a process of somebody else, as ${signal.exec(one.command)?.[1]} does here`,
        why: 'the check fails although the process is there: the host gives the address up, or never takes it',
        fix: 'check by pidof or pgrep, or ask the service itself; or run it as root',
        only: { program: 'keepalived', since },
      }),
    );
}

const isOther = ({ user }: Command, common: string | undefined) => {
  const who = user ?? common;
  return who !== undefined && who !== 'root' && who !== '0';
};
