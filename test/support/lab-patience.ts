// Several pairs share one machine, which others may keep busy as well: a test of hosts is waited for longer than others.
jest.setTimeout(1_800_000);
