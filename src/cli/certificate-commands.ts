import type { Command } from 'commander';
import type { CertificatesOptions } from '../commands/certificates';
import { ranges } from '../ranges';
import { execute } from './execute-later';
import { hostOptions, inventoryWord } from './options';
import { whole } from './values';

/** Adds `certificates` with its words. */
export function certificateCommands(program: Command): void {
  const all = program
    .command('certificates')
    .description(
      'list the certificates of the pair, as wanted, as on the hosts and as shown to clients; renew them',
    );
  hostOptions(
    all
      .command('list', { isDefault: true })
      .description(
        'each certificate: for whom, until when, by whom, where it is shown; exits with 1 on a finding',
      )
      .argument(...inventoryWord),
  )
    .option(
      '--within <days>',
      'tell of those that end within so many days',
      whole(...ranges.within, 'days'),
      30,
    )
    .option('--json', 'all of it as data', false)
    .action((inventory, options) =>
      execute<CertificatesOptions>(
        { ...options, words: [inventory] },
        async () => (await import('../commands/certificates')).certificates,
      ),
    );
}
