import fc from 'fast-check';

/*
 * Property tests try the same cases on every machine and every day, so that a run fails for what was changed only.
 * HAPROV_PROPERTY_SEED=random (or a number) tries others, HAPROV_MODEL_RUNS more of the model's: `npm run properties`.
 */
const seed = process.env.HAPROV_PROPERTY_SEED ?? '37';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });

export default fc;
