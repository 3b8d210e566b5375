import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { rdsAuthorities } from '../../../database/rds-authorities.ts';

describe("Amazon's roots of RDS", () => {
  it('are those of each region, and last', () => {
    const roots = rdsAuthorities().map((pem) => new X509Certificate(pem));
    const lasting = roots.filter(({ validTo }) => new Date(validTo) > new Date('2040-01-01'));
    const names = lasting.map(({ subject }) => subject).join('\n');
    for (const region of ['us-east-1', 'eu-central-1', 'ap-southeast-2', 'sa-east-1']) {
      expect(names).to.contain(`Amazon RDS ${region} Root CA RSA2048 G1`);
    }
    for (const root of lasting) expect(root.ca, root.subject).to.equal(true);
  });
});
