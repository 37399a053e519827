// Writes the JSON Schemas of what haprov prints with --json, from the types that its sources print: schema/NAME.schema.json.
// Run it after such a type has changed: npm run schemas.

import { writeFileSync } from 'node:fs';
import { createGenerator } from 'ts-json-schema-generator';

/** What each command prints: the type and its file. */
const printed = {
  plan: ['src/plan/plan.ts', 'Plan', 'haprov plan --json, and what --out saves'],
  status: ['src/status/status.ts', 'Status', 'haprov status --json; with --watch one a line'],
  lint: ['src/commands/lint.ts', 'LintDocument', 'haprov lint --json'],
  log: ['src/commands/log.ts', 'LogDocument', 'haprov log --json'],
  purge: ['src/commands/log.ts', 'PurgeDocument', 'haprov log --purge --json'],
  render: ['src/commands/render.ts', 'RenderedDocument', 'haprov render --json'],
  drill: ['src/drill/drill-report.ts', 'DrillReport', 'haprov drill --json'],
  adopt: ['src/commands/adopt.ts', 'AdoptedDocument', 'haprov adopt --json'],
  secrets: ['src/commands/secret.ts', 'SecretsDocument', 'haprov secret list --json'],
  certificates: ['src/certificates/report.ts', 'CertificatesReport', 'haprov certificates --json'],
  exec: ['src/commands/exec.ts', 'ExecLine', 'a line of haprov exec --json'],
  logs: ['src/commands/logs.ts', 'LogLine', 'a line of haprov logs --json'],
  facts: ['src/commands/facts.ts', 'FactsDocument', 'haprov facts --json'],
  hooks: ['src/library/hooks.ts', 'HooksDocument', 'haprov hooks --json'],
  hook: [
    'src/hooks/hook-event.ts',
    'HookEvent',
    'what a hook is told: on standard input, or as the body of a request',
  ],
  several: [
    'src/commands/several.ts',
    'SeveralLine',
    'a line of plan, status or lint --json of several inventories',
  ],
  event: [
    'src/report/json.ts',
    'EventLine',
    'a line of a command that changes hosts, with --json: apply, push, rollback, reboot, patch and the like',
  ],
};

/** The schemas' texts, by their names. */
export function schemas() {
  return Object.entries(printed).map(([name, [path, type, title]]) => {
    // Each is read by itself: a name may mean two things in two files.
    const { definitions, $ref } = createGenerator({
      path,
      type,
      tsconfig: 'tsconfig.json',
      skipTypeCheck: true,
      // Whether others import a type makes no difference to what is printed.
      expose: 'all',
      // New fields may come without a new version.
      additionalProperties: true,
      topRef: true,
      sortProps: false,
    }).createSchema(type);
    const text = JSON.stringify(
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        title,
        $ref,
        definitions,
      },
      null,
      2,
    );
    return [name, `${text}\n`];
  });
}

if (process.argv[1] === new URL(import.meta.url).pathname)
  for (const [name, text] of schemas()) writeFileSync(`schema/${name}.schema.json`, text);
