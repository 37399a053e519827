import * as z from 'zod';
import { list, name, object, record, text } from '../document/fields';
import type { StandIn } from '../document/json-schema';
import { resourceTypes } from '../resources/types';

/** The one source of the playbook's validator, its types and `schema/playbook.schema.json`. */

const shell = {
  $schema: z.string().optional().describe('The JSON Schema by which an editor completes and checks.'),
  name: text('a title').optional().describe('What the playbook is called.'),
  description: text('a sentence').optional().describe('What it is for.'),
  vars: record(
    text('a name of letters, digits and "_"', /^[A-Za-z_][A-Za-z0-9_]*$/),
    z.json(),
    'an object of variables',
  )
    .default({})
    .describe('Defaults: an inventory’s vars of the same name win.'),
};

const task = {
  name: text('a title').describe('What the task is called in plans.'),
  group: name().default('all').describe('The hosts that the task is for.'),
};

const looseResource = z.looseObject(
  {
    type: z.enum(resourceTypes.map((type) => type.type) as [string, ...string[]], {
      error: `one of: ${resourceTypes.map((type) => type.type).join(', ')}`,
    }),
  },
  { error: 'an object { "type": … }' },
);

const playbook = <T extends z.ZodType>(resource: T) => {
  const tasks = object({
    ...task,
    resources: list(resource, 'a list of resources', 1).describe(
      'What the hosts must have, each with its type.',
    ),
  });
  return object({
    ...shell,
    playbooks: list(text('the name or path of a playbook'), 'a list of playbook names or paths', 1)
      .default([])
      .describe('These come first, each once however many name it.'),
    tasks: list(tasks, 'a list of tasks', 1)
      .default([])
      .describe('In this order, each for a group of hosts.'),
  }).refine((made) => made.tasks.length > 0 || made.playbooks.length > 0, {
    path: ['tasks'],
    error: 'a list of tasks, at least one, or of playbooks',
  });
};

/** What a playbook must be before its strings are filled in for a host: the resources' own fields are checked then. */
export const playbookOutline = playbook(looseResource);
export type PlaybookOutline = z.output<typeof playbookOutline>;

/** The whole of it, for editors. */
export const playbookSchema = playbook(
  z.union(resourceTypes.map((type) => type.schema) as unknown as [z.ZodType, z.ZodType]),
);

/** In a playbook: a variable's value as it is, or a string to be filled in, for whatever a resource holds but its type. */
export const fromVariable: StandIn = {
  schema: {
    anyOf: [
      {
        type: 'object',
        properties: {
          var: {
            type: 'string',
            description: 'The dotted name of what templates see, e.g. sysctl or vars.port.',
          },
        },
        required: ['var'],
        additionalProperties: false,
      },
      { type: 'string', pattern: '<%' },
    ],
  },
  fits: (_node, path) => {
    if (!path.includes('resources')) return false;
    const [, , ...inside] = path.slice(path.indexOf('resources') + 1);
    const isField = inside.at(-2) === 'properties' && inside.at(-1) !== 'type';
    const isPart = inside.length > 2 && ['items', 'additionalProperties'].includes(String(inside.at(-1)));
    return isField || isPart;
  },
};
