import { testAdopted } from '../support/adopted-suite';

testAdopted(0, 6);
