import { testAdopted } from '../support/adopted-suite';

testAdopted(6, 12);
