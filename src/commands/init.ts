import { join } from 'node:path';
import { readText } from '../document/document';
import { writeNew } from '../document/write-below';
import { describeFault, ExitCode } from '../errors';
import { readAnsible } from '../inventory/ansible/beside';
import { type Converted, convertAnsible } from '../inventory/ansible/convert';
import type { Context } from '../planning/context';
import { installation } from '../playbook/playbook';

export interface InitOptions {
  /** An Ansible inventory, INI or YAML. */
  from?: string;
  /** The file to write; stdout by default. */
  out?: string;
}

/** `haprov init`: writes the example inventory, or converts an Ansible inventory. */
export async function init({ from, out }: InitOptions, context: Context): Promise<ExitCode> {
  const made = from === undefined ? example() : imported(from);
  if (out === undefined) await context.print(Buffer.from(made.text));
  else writeNew(out, made.text, 'name another file');
  for (const text of made.lost) context.emit({ type: 'message', level: 'warning', text });
  for (const text of made.toDo) context.emit({ type: 'message', level: 'info', text });
  return ExitCode.done;
}

interface Made {
  text: string;
  /** A sentence for each thing that was left out or is still wrong. */
  lost: string[];
  /** A sentence for each thing that the user does next. */
  toDo: string[];
}

/** The shipped example without `$schema`, whose relative path would be wrong beside the user's file. */
function example(): Made {
  const text = readText(join(installation, 'inventory.example.json')).replace(/^\s*"\$schema":.*\n/m, '');
  const toDo = [
    'next: put in your own hosts, the shared address (vips) and its virtualRouterId, and the services',
    'keep passwords out of it: { "env": "NAME" } reads the environment variable NAME',
  ];
  return { text, lost: [], toDo };
}

function imported(file: string): Made {
  const { text, notes, faults, missing } = convertAnsible(readAnsible(file));
  return {
    text,
    lost: [...notes.map(describeFault), ...faults.map(atFault)],
    toDo: missing.map((what) => `next: add ${what}`),
  };
}

const atFault = ({ path, message, expected }: Converted['faults'][number]) =>
  `to be put right in the inventory: ${describeFault({ file: '', path, message, ...(expected ? { expected } : {}) })}`;
