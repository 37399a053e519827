import { type HostFiles, placeIn } from './host-files';
import { packaged } from './programs';
import { type Command, commandsOf } from './scripts';
import type { Found, HostOutline, Rule, Subject } from './subject';

/** A program that keepalived is to run, and that nothing of the playbooks brings. */
export const checkBinaryMissing: Rule = {
  name: 'check-binary-missing',
  checkFiles: (hosts) => hosts.flatMap(inFiles),
  check: (subject) => subject.hosts.flatMap((host) => onHost(host, subject)),
};

function onHost(outline: HostOutline, { inventory }: Subject): Found[] {
  return commandsOf(outline).flatMap((one) =>
    programsOf(one.command).flatMap((program): Found[] => {
      const missing = lack(program, outline);
      if (!missing) return [];
      const service = inventory.services.find(({ check }) => check.command === one.command);
      return [
        {
          severity: 'warning',
          at: service ? { path: ['services', service.name, 'check', 'command'] } : placeIn(outline, one.at),
          message: `keepalived runs ${program}, which ${missing.message}`,
          why: whyOf(one),
          fix: missing.fix,
        },
      ];
    }),
  );
}

const whyOf = ({ isCheck }: Command) =>
  isCheck
    ? 'keepalived leaves out a check whose program is missing, and goes on without it: nothing is checked'
    : 'keepalived leaves out a script that is missing: nobody is told';

/** Where nobody knows which packages are there: of the programs that serve checks alone, and that a minimal host lacks. */
function inFiles(files: HostFiles): Found[] {
  return commandsOf(files).flatMap((one) =>
    programsOf(one.command).flatMap((program): Found[] => {
      const name = program.replace(/^.*\//, '');
      const known = Object.hasOwn(packaged, name) ? packaged[name] : undefined;
      if (!known || !['psmisc', 'nmap-ncat', 'net-tools'].includes(known.install)) return [];
      return [
        {
          severity: 'warning',
          at: placeIn(files, one.at),
          message: `keepalived runs ${program}, which a minimal host lacks`,
          why: whyOf(one),
          fix: `see that ${known.install} is on each host; or check by a program that is always there, such as pidof, or ask the service itself`,
        },
      ];
    }),
  );
}

/** Where packages put programs, of which nobody can tell which bring what. */
const ofPackages = /^\/(?:bin|sbin|lib|lib64|opt|usr\/(?!local\/|libexec\/keepalived\/))/;

/** What is wrong with a program's name or path on a host; nothing where it will be there, or nobody can tell. */
function lack(
  program: string,
  { packages, made }: HostOutline,
): { message: string; fix: string } | undefined {
  if (made.includes(program)) return undefined;
  const name = program.replace(/^.*\//, '');
  const known = Object.hasOwn(packaged, name) ? packaged[name] : undefined;
  if (known) {
    const isThere = packages.some((one) => (known.brings ? known.brings.test(one) : one === known.install));
    return isThere
      ? undefined
      : {
          message: 'no package of the playbooks brings',
          fix: `add the package that has it, which mostly is called ${known.install}`,
        };
  }
  if (!program.startsWith('/') || ofPackages.test(program)) return undefined;
  return {
    message: 'no file of the playbooks is',
    fix: 'add a file resource that writes it (mode 0755, owner root), or correct the path',
  };
}

const words = new Set(['!', 'if', 'then', 'elif', 'else', 'fi', 'while', 'do', 'done', 'exec', 'command']);
/** They run what comes after them. */
const wrappers = new Set(['timeout', 'sudo', 'nice', 'env', 'nohup']);

/** The programs that a command line begins with, or has behind a pipe or another separator. */
function programsOf(command: string): string[] {
  const shell = /^(?:\/(?:usr\/)?bin\/)?(?:ba|da|k)?sh\s+-c\s+(.*)$/s.exec(command.trim());
  if (shell) return programsOf((shell[1] ?? '').replace(/^(['"])(.*)\1$/s, '$2'));
  return command
    .replace(/'[^']*'|\\?"[^"]*"/g, 'quoted')
    .split(/\|\|?|&&?|;|\n|\$\(|`|[(){}]/)
    .flatMap((part) => {
      const rest = part.trim().split(/\s+/);
      while (rest.length > 0 && isBefore(rest[0] ?? '')) {
        const first = rest.shift() ?? '';
        // The wrapper's own options, and the duration of timeout.
        if (wrappers.has(first)) while (/^(?:-|\d)/.test(rest[0] ?? '')) rest.shift();
      }
      const [program = ''] = rest;
      return /^[/A-Za-z][\w./+-]*$/.test(program) && program !== 'quoted' ? [program] : [];
    });
}

const isBefore = (word: string) => words.has(word) || wrappers.has(word) || /^[A-Za-z_]\w*=/.test(word);
