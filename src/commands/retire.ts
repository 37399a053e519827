export { type RetireOptions, retire } from '../library/retire';
