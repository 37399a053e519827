import fc from 'fast-check';

/*
 * Property tests try the same cases on every machine and every day, so that a run fails for what was changed only.
 * HAPROV_PROPERTY_SEED=random (or a number) tries others, HAPROV_MODEL_RUNS more of the model's: `npm run properties`.
 * HAPROV_PROPERTY_SHARE is the part of them that does where not they are on trial, but what is around them: test/poisoned.
 */
const { HAPROV_PROPERTY_SEED: seed = '37', HAPROV_PROPERTY_SHARE: share = '1' } = process.env;
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });

const assert = (property: fc.IProperty<never>, { numRuns = 100, ...parameters }: fc.Parameters<never> = {}) =>
  fc.assert(property, { ...parameters, numRuns: Math.ceil(numRuns * Number(share)) });

const ours: typeof fc = { ...fc, assert } as typeof fc;
export default ours;
export type { Arbitrary } from 'fast-check';
