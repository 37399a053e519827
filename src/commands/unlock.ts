export { type UnlockOptions, unlock } from '../library/unlock';
