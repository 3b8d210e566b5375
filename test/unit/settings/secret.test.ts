import { inspect } from 'node:util';
import { expect } from 'chai';
import { maskRemote, Secret } from '../../../settings/secret.ts';

describe('Secret', () => {
  const secret = new Secret('hunter2');

  it('gives its text to those who ask for it', () => {
    expect(secret.reveal()).to.equal('hunter2');
  });

  it('prints as a mask everywhere else', () => {
    const printed = [
      JSON.stringify({ secret }),
      `${secret}`,
      inspect({ secret }, { showHidden: true }),
      String(secret),
    ];
    for (const text of printed) expect(text).to.include('***').and.not.include('hunter2');
    expect(Object.values(secret)).to.deep.equal([]);
  });

  it('masks the token of a Spark address and nothing else', () => {
    expect(maskRemote('sc://h:1/;user_id=u;token=abc;use_ssl=true')).to.equal(
      'sc://h:1/;user_id=u;token=***;use_ssl=true',
    );
    expect(maskRemote('sc://h:1/;x-aws-proxy-auth=abc')).to.equal('sc://h:1/;x-aws-proxy-auth=***');
    expect(maskRemote('sc://tokenhost:1')).to.equal('sc://tokenhost:1');
  });
});
