import type { Setting } from '../ha/keepalived/settings';
import { type Script, scriptOf } from '../ha/keepalived/vrrp';
import type { HostFiles } from './host-files';

/** What keepalived is to start; `at` is that of the command. */
export interface Command extends Script {
  /** Its answer counts. */
  isCheck: boolean;
}

/** Everything that keepalived starts: checks of hosts and of real servers, and notifications, wherever they stand. */
export const commandsOf = ({ keepalived }: HostFiles): Command[] =>
  (keepalived?.settings ?? []).flatMap(startedBy);

/** The blocks of checks, and the line of theirs that says the command. */
const checks: Record<string, string> = { vrrp_script: 'script', MISC_CHECK: 'misc_path' };
const notify =
  /^(?:notify(?:_(?:master|backup|fault|stop|deleted|master_rx_lower_pri|up|down))?|quorum_(?:up|down))$/;

function startedBy(setting: Setting): Command[] {
  const { keyword, block = [] } = setting;
  if (notify.test(keyword)) return toCommand(setting, false);
  if (!Object.hasOwn(checks, keyword)) return block.flatMap(startedBy);
  const user = block.findLast((one) => one.keyword === 'user');
  return block
    .filter((one) => one.keyword === checks[keyword])
    .flatMap((one) => toCommand(one, true, user?.words ?? []));
}

function toCommand(setting: Setting, isCheck: boolean, owner?: string[]): Command[] {
  const [column] = setting.columns;
  if (column === undefined) return [];
  return [{ ...scriptOf(setting, owner), at: { ...setting.at, column }, isCheck }];
}
